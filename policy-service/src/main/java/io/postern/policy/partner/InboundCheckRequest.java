package io.postern.policy.partner;

import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A session given by hand.
 *
 * @param certificate the client's chain in PEM, leaf first, at most 10 certificates; null: none
 * @param clientIp its address
 * @param tls the session is encrypted; null: it is
 * @param mailFrom the sender's address or domain; null: the null reverse-path
 * @param recipient an address or domain of the organization; null: its first accepted domain
 */
@Schema(name = "InboundCheckRequest")
public record InboundCheckRequest(
    @Nullable String certificate,
    @Nullable String clientIp,
    @Nullable Boolean tls,
    @Nullable String mailFrom,
    @Nullable String recipient) {}
