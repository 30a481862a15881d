package io.postern.console.watch;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A session that claimed to be a watched partner.
 *
 * @param id of the session in each answer that has it
 * @param result accepted, refused, handshake-failed
 * @param count sessions that it stands for: further refusals of a kind are counted
 * @param claims by which of the connector's parameters it claims to be the partner
 * @param recipientDomains of the organization alone
 * @param conditions of the organization's connectors, as they decided
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@Schema(name = "WatchedSession")
public record WatchedSession(
    String id,
    String at,
    String result,
    long count,
    String clientIp,
    String greeting,
    String tls,
    List<String> certificateNames,
    String senderDomain,
    List<String> recipientDomains,
    List<String> claims,
    String connector,
    String queueId,
    String reference,
    int code,
    String text,
    String rule,
    String verdict,
    String summary,
    List<ConditionView> conditions) {
  public boolean accepted() {
    return result.equals("accepted");
  }
}
