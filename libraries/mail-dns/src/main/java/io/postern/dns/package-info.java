/**
 * Questions of mail to the DNS, with the proof of each answer (DNSSEC, RFC 4033 to 4035).
 *
 * <ol>
 *   <li>{@link io.postern.dns.MailResolver} asks: one question in flight for all who wait for it.
 *   <li>A validating resolver, or one that the configuration trusts, says whether the answer is
 *       proven ({@link io.postern.dns.Dnssec}).
 *   <li>An answer, a denial or a failure is cached by its TTL.
 * </ol>
 */
@org.jspecify.annotations.NullMarked
package io.postern.dns;
