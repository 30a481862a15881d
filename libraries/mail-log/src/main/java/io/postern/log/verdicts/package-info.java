/**
 * Verdicts on certificate chains: asked over the log, and remembered.
 *
 * <ol>
 *   <li>A caller asks {@code KafkaVerdicts} with a {@code VerdictQuestion}; a cached verdict
 *       answers it at once.
 *   <li>Otherwise the question is entered: equal questions in flight are one ({@code
 *       io.postern.log.asking}).
 *   <li>The first of them sends the request to certificate.requests.
 *   <li>{@code VerdictReader} takes each record of certificate.verdicts into {@code VerdictCache}.
 *   <li>A verdict that no announcement makes void completes its question, for all callers.
 *   <li>A caller whose patience ends gets UNKNOWN, UNAVAILABLE (G4).
 * </ol>
 */
@org.jspecify.annotations.NullMarked
package io.postern.log.verdicts;
