/**
 * Validation of a next hop for an administrator (docs/guides/forced-tls-with-a-partner.md): walks
 * of {@link io.postern.delivery.probe.HopProbe}, and a test message by the relay. The way of a
 * request: {@link io.postern.log.asking.QuestionReader} takes it from probe.requests, {@link
 * io.postern.delivery.probe.Probes} walks a few at a time, and publishes each step to probe.results
 * and the end to connector.validations.
 */
@org.jspecify.annotations.NullMarked
package io.postern.delivery.probe;
