/**
 * Questions to other services, and answers, over Kafka.
 *
 * <ol>
 *   <li>A caller gives {@code Questions} a question, and says how to see an answer that is known.
 *   <li>Equal questions in flight are one; the first of them is sent by {@code LossySender}.
 *   <li>The service that answers takes it from its topic by a {@code QuestionReader}, and publishes
 *       the answer with a {@code LossySender}.
 *   <li>The asker's reader of the answers' topic keeps what it wants and calls {@code answered}:
 *       all callers go on.
 *   <li>A caller whose patience ends, or whose partner is silent, goes on without an answer.
 * </ol>
 */
@org.jspecify.annotations.NullMarked
package io.postern.log.asking;
