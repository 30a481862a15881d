package io.postern.policy.partner;

import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request for a validation; all of it may be left out for a stored connector.
 *
 * @param connector a draft in the spelling of the directory file; null: the stored one
 * @param domains recipients' domains whose mail is to be looked at, at most 10; null: those that
 *     the connector names
 * @param recipients of a test message, at most 10; null: none is sent
 * @param sender of the test message, in an accepted domain; null: postmaster of the first one
 */
@Schema(name = "ValidationRequest")
public record ValidationRequest(
    @Nullable Map<String, Object> connector,
    @Nullable List<String> domains,
    @Nullable List<String> recipients,
    @Nullable String sender) {
  static final ValidationRequest EMPTY = new ValidationRequest(null, null, null, null);

  List<String> domainList() {
    return domains == null ? List.of() : domains;
  }

  List<String> recipientList() {
    return recipients == null ? List.of() : recipients;
  }
}
