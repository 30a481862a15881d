/**
 * The durable way into the log: messages, held contents, contents of our own.
 *
 * <ol>
 *   <li>{@code MessageLog} chooses the home partition and gives an {@code Intake} with a queue id.
 *   <li>{@code Intake} cuts the content into chunks and sends them, each with an acknowledgement to
 *       come.
 *   <li>A content of one chunk and larger ones have producers of their own ({@code DurableSender}).
 *   <li>When each chunk is acknowledged, the content has its {@code ContentReference}.
 *   <li>The envelope follows, with the reference: only now can a reader find the content.
 *   <li>A content of up to 16 KiB is sealed in the envelope's record instead, while {@code
 *       SealingKeys} has a key: then nothing comes before the envelope.
 *   <li>When the envelope is acknowledged, the message is accepted (G1).
 * </ol>
 */
@org.jspecify.annotations.NullMarked
package io.postern.log.sending;
