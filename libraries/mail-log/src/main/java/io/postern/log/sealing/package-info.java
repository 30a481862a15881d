/**
 * Small contents sealed in the records of their envelopes, and their keys (docs/decisions/0105).
 *
 * <ol>
 *   <li>Ingress makes a {@code SealingKey} every few hours and writes it to the topic of keys
 *       ({@code SealingKeys}).
 *   <li>When that is acknowledged, it seals contents with it; each names its key.
 *   <li>Delivery finds the key by its name ({@code ContentKeys}) and opens the content.
 * </ol>
 */
@org.jspecify.annotations.NullMarked
package io.postern.log.sealing;
