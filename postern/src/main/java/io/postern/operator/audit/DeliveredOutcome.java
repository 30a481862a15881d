package io.postern.operator.audit;

/**
 * One delivered outcome of a recipient; the same outcome written twice is once.
 *
 * @param attempt of the delivery it is the outcome of
 * @param late written after its owner had lost it
 * @param afterStillOpen its delivery had been handed to the watch
 */
public record DeliveredOutcome(int attempt, boolean late, boolean afterStillOpen) {}
