# The same work as surveillance.py, by Debian's r-cran-surveillance and r-cran-spdep, on the tables it left in
# the folder named on the command line. Writes seconds.csv (best of five) and the numbers to compare.
suppressMessages({library(surveillance); library(spdep)})
folder <- commandArgs(trailingOnly = TRUE)[1]
read <- function(name) as.matrix(read.csv(file.path(folder, name), header = FALSE))
write <- function(x, name)
  write.table(x, file.path(folder, name), sep = ",", na = "NaN", row.names = FALSE, col.names = FALSE)
seconds <- c()
best <- function(name, work) {
  took <- c()
  for (run in 1:5) took <- c(took, system.time(found <- work())["elapsed"])
  seconds[[name]] <<- min(took)
  found
}

weeks <- sts(observed = t(read("weeks.csv")), frequency = 52)
for (method in c("C1", "C2", "C3")) {
  found <- best(method, function() suppressWarnings(earsC(weeks, control = list(method = method))))
  write(upperbound(found), paste0(method, ".csv"))
}

years <- sts(observed = t(read("years.csv")), frequency = 52)
last <- nrow(years)
found <- best("original", function() farrington(years, control = list(range = last, b = 3, w = 3, alpha = 0.01, verbose = FALSE)))
write(t(upperbound(found)), "original.csv")
found <- best("flexible", function() suppressWarnings(farringtonFlexible(years, control = list(
  range = last, b = 5, w = 3, reweight = TRUE, weightsThreshold = 2.58, alpha = 0.01, trend = TRUE, pThresholdTrend = 1,
  noPeriods = 10, pastWeeksNotIncluded = 26, thresholdMethod = "nbPlugin", glmWarnings = FALSE))))
write(as.vector(found@control$expected), "flexible.csv")

area <- read("areas.csv")
around <- read("neighbours.csv")
near <- lapply(seq_len(nrow(area)), function(i) as.integer(sort(around[i, ])))
class(near) <- "nb"
rows <- nb2listw(near, style = "W")
flat <- nb2listw(near, style = "B")
x <- area[, 1]
write(best("moran", function() moran.mc(x, rows, nsim = 999))$statistic, "moran.csv")
best("local moran", function() localmoran_perm(x, rows, nsim = 999))
write(as.vector(localmoran(x, rows)[, 1]), "local.csv")
best("gi", function() localG_perm(x, nb2listw(include.self(near), style = "B"), nsim = 999))
write(as.vector(localG(x, nb2listw(include.self(near), style = "B"))), "gi.csv")

cases <- read("cases.csv")
found <- best("knox", function() knox(dist(cases[, 3]), dist(cases[, 1:2]), eps.t = 14, eps.s = 0.1, B = 999))
write(found$statistic, "knox.csv")
write(cbind(names(seconds), unlist(seconds)), "seconds.csv")
