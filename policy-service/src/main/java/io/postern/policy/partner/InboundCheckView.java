package io.postern.policy.partner;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * The decision about a session given by hand, and the conditions of the organization's connectors.
 *
 * @param result accepted, refused
 * @param connector that decided; empty: none
 * @param verdict on the chain, such as good or bad/revoked; empty: nothing depended on it
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@Schema(name = "InboundCheck")
public record InboundCheckView(
    String result,
    String connector,
    String direction,
    int code,
    String text,
    String rule,
    String verdict,
    List<String> certificateNames,
    String senderDomain,
    String recipientDomain,
    String summary,
    List<ConditionView> conditions) {}
