package io.postern.policy.explain;

import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A question about a mail: its facts by hand, or the queue id or the reference of a recorded one.
 */
@Schema(description = "Facts, or one of queueId and reference")
public record ExplainRequest(
    @Schema(
            description =
                "Organization whose connectors are listed (default: the deciding organizations)")
        @Nullable String organization,
    @Schema(description = "Address of the client", examples = "192.0.2.25")
        @Nullable String clientIp,
    @Schema(description = "The session is encrypted (default: yes, if there is a certificate)")
        @Nullable Boolean tls,
    @Schema(description = "The client's chain, PEM, leaf first; at most 10 certificates of 64 KiB")
        @Nullable String certificate,
    @Schema(
            description =
                "Names in a certificate, instead of a chain; the chain is assumed to be " + "valid")
        @Nullable List<String> certificateNames,
    @Schema(description = "MAIL FROM (default: the null reverse-path)") @Nullable String mailFrom,
    @Schema(
            description =
                "1 to 20 addresses. Of a recorded message, the recipients to explain (default: its "
                    + "first 20)")
        @Nullable List<String> recipients,
    @Schema(
            description = "Header fields, for routing rules; at most 20",
            examples = "X-Signature: true")
        @Nullable List<String> headerFields,
    @Schema(description = "REQUIRETLS (RFC 8689)") @Nullable Boolean requireTls,
    @Schema(description = "Of an accepted message") @Nullable String queueId,
    @Schema(description = "As in the reply of a refusal", examples = "0Z7K-31QF")
        @Nullable String reference) {}
