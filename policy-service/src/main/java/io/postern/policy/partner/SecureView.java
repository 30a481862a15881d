package io.postern.policy.partner;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Forced TLS with a partner as it was planned, checked, validated and, on consent, enforced.
 *
 * @param connectors the pair, in the spelling of the directory file
 * @param warnings that keep nothing from being enforced
 * @param missing the sentences that are between this and TLS that is proven; empty: nothing
 * @param validation of mail out; null: only the plan was asked for
 * @param seen version of the directory that it was planned for: send it as If-Match, and the pair
 *     is this one or none
 * @param enforced the pair is in force
 * @param version the directory's with the pair; null: it is not in force
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@Schema(name = "SecurePartner")
public record SecureView(
    String organization,
    String domain,
    Map<String, Object> connectors,
    List<String> warnings,
    List<String> missing,
    @Nullable ValidationView validation,
    @JsonInclude long seen,
    @JsonInclude boolean enforced,
    @Nullable Long version) {}
