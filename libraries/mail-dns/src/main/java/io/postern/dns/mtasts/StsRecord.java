package io.postern.dns.mtasts;

import io.postern.dns.DnsFailureException;
import io.postern.dns.MailResolver;
import io.postern.dns.TextFields;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The TXT record that says that a domain has a policy, and which (RFC 8461 §3.1).
 *
 * @param id changes with the policy
 */
public record StsRecord(String id) {
  public static final String VERSION = "v=STSv1";

  private static final Pattern ID = Pattern.compile("[A-Za-z0-9]{1,32}");

  /**
   * @throws IllegalArgumentException it is malformed
   */
  public static StsRecord parse(String text) {
    String id = null;
    for (Map.Entry<String, String> field : TextFields.of(VERSION, text)) {
      if (!field.getKey().equals("id")) {
        TextFields.checkExtension(field);
      } else if (id == null) {
        id = field.getValue();
      }
    }
    if (id == null || !ID.matcher(id).matches()) {
      throw new IllegalArgumentException(
          "the field \"id\" must be there, with 1 to 32 letters or digits");
    }
    return new StsRecord(id);
  }

  /** As it is published. */
  public String text() {
    return VERSION + "; id=" + id + ";";
  }

  /**
   * The record of a domain. None: it has none, has more than one, or a malformed one, all of which
   * mean that it has no policy to be fetched (RFC 8461 §3.1).
   *
   * @throws DnsFailureException it is not known for now; a policy that was fetched before stays in
   *     force (§3.1)
   */
  public static Optional<StsRecord> of(String domain, MailResolver dns) throws DnsFailureException {
    return TextFields.at("_mta-sts." + domain, VERSION, StsRecord::parse, dns);
  }
}
