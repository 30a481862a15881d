/**
 * DANE for SMTP (RFC 7672, with RFC 6698 and 7671).
 *
 * <ol>
 *   <li>The MX records and the host's addresses must be proven; else DANE does not apply to the
 *       host ({@link io.postern.dns.dane.DaneLookup}).
 *   <li>TLSA records are looked for at the end of the host's CNAMEs, then at its own name: the
 *       first name that has some is the TLSA base domain.
 *   <li>No proven TLSA record: DANE does not apply. A failure or a bogus answer: the host is not
 *       used.
 *   <li>No usable record (usages 0 and 1, unknown numbers): TLS without a proof of the peer.
 *   <li>Usable records: one of them must match the chain that the host shows ({@link
 *       io.postern.dns.dane.DaneMatch}).
 * </ol>
 */
@org.jspecify.annotations.NullMarked
package io.postern.dns.dane;
