# Makes hhh4.json from counts.csv and weights.csv: Rscript tests/rivalry/hhh4/make_hhh4.R tests/rivalry/hhh4
#
# The endemic-epidemic model of Held, Hoehle & Hofmann (2005, doi:10.1191/1471082X05st098oa) and Paul, Held & Toschke
# (2008, doi:10.1002/sim.3440): one lag, an intercept per group, one own and one neighbours' coefficient, negative
# binomial with one overdispersion, as the R package surveillance fits and simulates it.
suppressMessages(library(surveillance))

arguments <- commandArgs(trailingOnly = TRUE)
folder <- if (length(arguments)) arguments[1] else "."
counts <- as.matrix(read.csv(file.path(folder, "counts.csv"), check.names = FALSE)[, -1])
weights <- as.matrix(read.csv(file.path(folder, "weights.csv"), check.names = FALSE))
dimnames(weights) <- list(colnames(counts), colnames(counts))
panel <- sts(counts, frequency = 12, start = c(1989, 1), neighbourhood = weights)
control <- list(
  ar = list(f = ~1),
  ne = list(f = ~1, weights = weights),
  end = list(f = ~ -1 + fe(1, unitSpecific = TRUE)),
  family = "NegBin1"
)
fit <- hhh4(panel, control)
found <- coef(fit)

# What paths of the fitted model look like: the logarithm of a group's events in the six months after month 300.
set.seed(1)
paths <- simulate(fit, nsim = 4000, y.start = counts[300, ], subset = 301:306, simplify = TRUE)
log_totals <- log1p(apply(paths, c(2, 3), sum))

json <- function(values) paste0("[", paste(sprintf("%.17g", values), collapse = ", "), "]")
text <- c(
  "{",
  sprintf('  "r": "%s",', R.version.string),
  sprintf('  "surveillance": "%s",', packageVersion("surveillance")),
  sprintf('  "converged": %s,', tolower(fit$convergence)),
  sprintf('  "log_likelihood": %.17g,', fit$loglikelihood),
  sprintf('  "log_own": %.17g,', found[["ar.1"]]),
  sprintf('  "log_neighbours": %.17g,', found[["ne.1"]]),
  sprintf('  "overdispersion": %.17g,', found[["overdisp"]]),
  sprintf('  "intercepts": %s,', json(found[grep("^end", names(found))])),
  '  "simulated_after_month": 300,',
  sprintf('  "simulated_months": %d,', dim(paths)[1]),
  sprintf('  "simulated_paths": %d,', dim(paths)[3]),
  sprintf('  "mean_log_total": %s,', json(rowMeans(log_totals))),
  sprintf('  "sd_log_total": %s', json(apply(log_totals, 1, sd))),
  "}"
)
writeLines(text, file.path(folder, "hhh4.json"))
