package io.postern.ingress.attribution;

import com.google.protobuf.ByteString;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.rules.InboundDecision;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The recipients that a mail transaction has so far, in the order of their RCPT commands, and their
 * groups by organization, connector and direction. The same address twice is once. Owner: the
 * session's thread; bounded by the session's limit on recipients.
 */
public final class AcceptedRecipients {
  private record GroupKey(String organization, String connector, Direction direction) {}

  private final Map<String, EnvelopeRecipient> recipients = new LinkedHashMap<>();
  private final Map<GroupKey, RecipientGroup.Builder> groups = new LinkedHashMap<>();

  public int size() {
    return recipients.size();
  }

  public boolean isEmpty() {
    return recipients.isEmpty();
  }

  public boolean contains(String address) {
    return recipients.containsKey(address);
  }

  /** The group keeps its first recipient's explanation. */
  public void add(String address, InboundDecision.Accept accept) {
    int index = recipients.size();
    if (recipients.putIfAbsent(address, EnvelopeRecipient.newBuilder().setAddress(address).build())
        != null) {
      return;
    }
    groups
        .computeIfAbsent(
            new GroupKey(accept.organization(), accept.connector(), accept.direction()),
            key ->
                RecipientGroup.newBuilder()
                    .setOrganization(key.organization())
                    .setConnector(key.connector())
                    .setDirection(key.direction())
                    .setExplanation(accept.explanation())
                    .setVerdict(accept.verdict())
                    .setVerdictKey(ByteString.copyFrom(accept.verdictKey())))
        .addRecipients(index);
  }

  public List<EnvelopeRecipient> envelope() {
    return new ArrayList<>(recipients.values());
  }

  public List<RecipientGroup> groups() {
    return groups.values().stream().map(RecipientGroup.Builder::build).toList();
  }
}
