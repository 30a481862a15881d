package io.postern.directory;

import com.google.protobuf.AbstractMessage;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.postern.contracts.v1.DirectoryObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;

/**
 * Random texts of directory files, right and wrong, and random objects. The names and values stand
 * here once more on purpose: what they are compared with is made of the table of fields.
 */
final class RandomFiles {
  // No file has them (docs/decisions/0087, 0088).
  private static final Set<String> OF_SERVICES =
      Set.of(
          "postern.v1.AcceptedDomain.approvals",
          "postern.v1.OutboundConnector.approvals",
          "postern.v1.Organization.revoked_next_hops",
          "postern.v1.NextHopHost.unapproved",
          "postern.v1.AnchorSet.version");

  private static final String PEM =
      """
      -----BEGIN CERTIFICATE-----
      MIIBeTCCAR+gAwIBAgIUfN+Ps+XNeq+4jrdT/2HMABDHfj0wCgYIKoZIzj0EAwIw
      ETEPMA0GA1UEAwwGQW5jaG9yMCAXDTI2MTEzMDIyMjIwNloYDzIxMjYxMTA2MjIy
      MjA2WjARMQ8wDQYDVQQDDAZBbmNob3IwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
      AAQ+I1UAVbxx1BsK/Z7Jfwjz9Mf7BHVYR29SPE2VUp4RRSu28N6WdH666Y8c+mfg
      ndhwF/A9DcCOTb5i1mipxjdKo1MwUTAdBgNVHQ4EFgQU3MPcqAIzazC1dVNQixce
      5/TRF2EwHwYDVR0jBBgwFoAU3MPcqAIzazC1dVNQixce5/TRF2EwDwYDVR0TAQH/
      BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiAJCdUY8OxTGF9LVDD4v+cYrD/QvmgQ
      qWlvV8d58F7LkwIhAIWcllSy9We2Hokc5rg/xP/ciPCE84rK0wPaLc/JfaEU
      -----END CERTIFICATE-----
      """;
  private static final String FINGERPRINT =
      "17EB97EF748F0509D8A133F7113B06A4503E2D1E5EC219E55CA69E17BE32A7D5";

  private static final List<Object> FLAGS = List.of(true, false, "TRUE");
  private static final List<Object> RATES = List.of(1, 600, 1_000_000, 1_000_001, 0);
  private static final List<Object> DOMAINS =
      List.of(
          List.of("fabrikam.example"),
          List.of("*.fabrikam.example", "fabrikam.test"),
          "*",
          List.of("smtp:Fabrikam.example;1"),
          List.of("bücher.example"),
          List.of("contoso.example"));
  private static final List<Object> REVOCATION = List.of("required", "bestEffort", "OFF");
  private static final List<Object> ANCHORS = List.of("partners", "others");
  private static final List<Object> NAMES =
      List.of("mail.fabrikam.example", "*.Fabrikam.example", "mail.contoso.example", "a.*.example");
  private static final List<Object> ENTRIES = List.of("provider", "a/b", "x".repeat(65));
  private static final List<Object> TLS =
      List.of("encryptionOnly", "CertificateValidation", "domainValidation", "opportunistic");
  private static final List<Object> WRONG =
      List.of(
          "",
          List.of(),
          Map.of(),
          Map.of("a", "b"),
          "99999999999",
          -1,
          true,
          "maybe",
          List.of("x", List.of("y")),
          "x".repeat(1_100),
          "bell\u0007",
          "*",
          "two words",
          List.of("a.example", "b.example", "c.example"));

  private static final List<String> REFUSED = List.of("aia", "testMode", "file");

  private static final Map<String, List<Object>> INBOUND =
      fields(
          "connectorType", List.of("partner", "onPremises", "OnPremises"),
          "enabled", FLAGS,
          "mode", List.of("enforce", "reportOnly"),
          "comment", List.of("a comment", "it's \"so\""),
          "senderDomains", DOMAINS,
          "senderIPAddresses",
              List.of("192.0.2.1", List.of("198.51.100.0/24", "2001:db8::/64"), "10.0.0.1/25"),
          "requireTls", FLAGS,
          "tlsSenderCertificateName", NAMES,
          "restrictDomainsToCertificate", FLAGS,
          "restrictDomainsToIPAddresses", FLAGS,
          "associatedAcceptedDomains", DOMAINS,
          "efSkipLastIP", FLAGS,
          "efSkipIPs",
              List.of("203.0.113.0/24", List.of("198.51.100.1-198.51.100.9"), "10.0.0.0/8"),
          "efUsers", List.of("ann@contoso.example", List.of("bob@elsewhere.example")),
          "treatMessagesAsInternal", FLAGS,
          "cloudServicesMailEnabled", FLAGS,
          "blocked", FLAGS,
          "blockedReason", List.of("compromised"),
          "maxMessagesPerMinute", RATES,
          "maxRecipientsPerMinute", RATES,
          "maxRecipientsPerMinutePerSender", RATES,
          "trustAnchors", ANCHORS,
          "revocation", REVOCATION);
  private static final Map<String, List<Object>> OUTBOUND =
      fields(
          "connectorType", List.of("partner", "onPremises", "PARTNER"),
          "enabled", FLAGS,
          "mode", List.of("enforce", "reportOnly"),
          "comment", List.of("a comment"),
          "recipientDomains", DOMAINS,
          "useMXRecord", FLAGS,
          "smartHosts",
              List.of(
                  List.of("mail.fabrikam.example:587", "192.0.2.9", "[2001:db8::1]:25"),
                  "2001:DB8::2",
                  List.of(),
                  "mail.example:0",
                  "192.0.2.0/24"),
          "maxConnections", List.of(1, 1_000, 1_001),
          "maxMessagesPerConnection", List.of(1, 10_000, 10_001),
          "maxMessagesPerMinute", RATES,
          "maxMessageMegabytes", List.of(1, 1_000, 1_001),
          "tlsSettings", TLS,
          "tlsDomain", NAMES,
          "allAcceptedDomains", FLAGS,
          "smtpDaneMode", List.of("none", "Opportunistic", "mandatory"),
          "mtaStsMode", List.of("none", "opportunistic", "mandatory"),
          "trustAnchors", ANCHORS,
          "revocation", REVOCATION,
          "clientCertificate", ENTRIES,
          "minimumTlsVersion", List.of("TLSv1.2", "tlsv1.3", "TLSv1.1"),
          "requireForwardSecrecy", FLAGS,
          "requirePostQuantum", FLAGS,
          "routeAllMessagesViaOnPremises", FLAGS,
          "cloudServicesMailEnabled", FLAGS,
          "ehloName", List.of("out.contoso.example", "localhost"),
          "sourceAddresses", List.of("192.0.2.25", List.of("192.0.2.25", "2001:db8::25")),
          "credentials", ENTRIES,
          "senderRewritingEnabled", FLAGS,
          "isTransportRuleScoped", FLAGS,
          "aia", FLAGS,
          "testMode", FLAGS);
  private static final List<Object> ADDRESSES =
      List.of(
          "ann@contoso.example", List.of("*.contoso.example", "Bob@Fabrikam.example"), "a@", "*");
  private static final Map<String, List<Object>> ROUTING =
      fields(
          "priority", List.of(1, 1_000, 1_001),
          "enabled", FLAGS,
          "mode", List.of("enforce", "reportOnly"),
          "comment", List.of("a comment"),
          "fromScope", List.of("inOrganization", "NotInOrganization", "partner"),
          "sentToScope", List.of("inOrganization", "notInOrganization"),
          "senders", ADDRESSES,
          "recipients", ADDRESSES,
          "headerField", List.of("X-Signed", "X Signed"),
          "headerWords", List.of("true", List.of("yes", "of course")),
          "exceptSenders", ADDRESSES,
          "exceptRecipients", ADDRESSES,
          "exceptHeaderField", List.of("X-Signed", "X:"),
          "exceptHeaderWords", List.of("true"),
          "outboundConnector", List.of("To Fabrikam", "none"));
  private static final Map<String, List<Object>> ORGANIZATION =
      fields(
          "displayName", List.of("Contoso Ltd"),
          "expiryHours", List.of(12, 120, 121),
          "rejectDirectSend", FLAGS,
          "rejectDirectSendSubdomains", FLAGS,
          "senderRewritingDomain", List.of("contoso.example", "srs.fabrikam.example"));
  private static final Map<String, List<Object>> ACCEPTED_DOMAIN =
      fields(
          "domainType", List.of("authoritative", "internalRelay"),
          "recipientValidation", List.of("off", "list", "mailboxRoute"),
          "unansweredRecipients", List.of("accept", "defer"),
          "disablePlusAddressInRecipients", FLAGS,
          "allowedSenderOrganizations",
              List.of(List.of("fabrikam", "contoso"), "north-wind", List.of("Fabrikam", "a.b")));
  private static final Map<String, List<Object>> ROUTE =
      fields(
          "host", List.of("mailbox.contoso.example", "192.0.2.7", "2001:db8::7", "[192.0.2.7]"),
          "port", List.of(25, 2_401, 0, 65_536),
          "protocol", List.of("smtp", "LMTP"),
          "tlsSettings", TLS,
          "tlsDomain", NAMES,
          "trustAnchors", ANCHORS,
          "revocation", REVOCATION);
  private static final Map<String, List<Object>> ANCHOR_SET =
      fields(
          "pem", List.of(PEM, "text\n" + PEM + PEM, "no certificate"),
          "file", List.of("anchors.pem"),
          "withDefaults", FLAGS,
          "distrusted", List.of(FINGERPRINT, List.of(FINGERPRINT), List.of(FINGERPRINT, "00")));
  private static final Map<String, List<Object>> HYBRID =
      fields(
          "onPremisesServers", List.of("mail.contoso.example", List.of("192.0.2.3:25")),
          "certificateName", NAMES,
          "domains", DOMAINS,
          "routeAllMessagesViaOnPremises", FLAGS,
          "clientCertificate", ENTRIES,
          "trustAnchors", ANCHORS);

  private final Random random;

  /** Of the text that is being made: the first two values of a field are right as such. */
  private boolean right;

  RandomFiles(long seed) {
    this.random = new Random(seed);
  }

  @SuppressWarnings("unchecked") // names and values in turn
  private static Map<String, List<Object>> fields(Object... namesAndValues) {
    Map<String, List<Object>> fields = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      fields.put((String) namesAndValues[i], (List<Object>) namesAndValues[i + 1]);
    }
    return fields;
  }

  /** A file; one of two has no wrong value, one of six is damaged as text. */
  String text() {
    right = one(2);
    Map<String, Object> contoso = some(ORGANIZATION, "id", "contoso");
    put(contoso, "acceptedDomains", acceptedDomains());
    put(contoso, "trustAnchors", list(ANCHOR_SET, "name", "partners", "others"));
    put(contoso, "inboundConnectors", list(INBOUND, "name", "From Fabrikam", "in 2", "in/3"));
    put(contoso, "outboundConnectors", list(OUTBOUND, "name", "To Fabrikam", "out 2", "OUT 2"));
    put(contoso, "routingRules", list(ROUTING, "name", "Sign", "rule 2", "rule/3"));
    if (one(8)) {
      contoso.put("hybrid", some(HYBRID, "", ""));
    }
    String text =
        new Dump(DumpSettings.builder().setDereferenceAliases(true).build())
            .dumpToString(Map.of("organizations", List.of(contoso)));
    return !right && one(3) ? damaged(text) : text;
  }

  private List<Object> acceptedDomains() {
    List<Object> domains = new ArrayList<>();
    for (String name : new String[] {"contoso.example", "contoso.test"}) {
      Map<String, Object> domain = some(ACCEPTED_DOMAIN, "domain", name);
      if (right || !one(12)) {
        domain.put("mailboxRoute", some(ROUTE, "host", "mailbox.contoso.example"));
      }
      put(domain, "furtherMailboxRoutes", list(ROUTE, "name", "cloud", "Cloud_2"));
      domains.add(domain);
    }
    return domains;
  }

  private List<Object> list(Map<String, List<Object>> fields, String name, String... names) {
    List<Object> list = new ArrayList<>();
    for (String each : names) {
      if (one(2)) {
        list.add(some(fields, name, each));
      }
    }
    return list;
  }

  private Map<String, Object> some(Map<String, List<Object>> fields, String name, String value) {
    Map<String, Object> object = new LinkedHashMap<>();
    if (!name.isEmpty() && (right || !one(40))) {
      object.put(name, value);
    }
    int chance = 1 + random.nextInt(4);
    fields.forEach(
        (field, values) -> {
          boolean needed = List.of("connectorType", "host", "pem").contains(field);
          if (object.containsKey(field) || right && REFUSED.contains(field)) {
            return;
          }
          if (needed ? right || !one(30) : one(chance)) {
            object.put(
                field,
                right ? any(values.subList(0, Math.min(2, values.size()))) : wrongOrRight(values));
          }
        });
    if (!right && one(30)) {
      object.put(any(List.of("requireTLS", "nonsense", "comments")), "x");
    }
    return object;
  }

  private Object wrongOrRight(List<Object> values) {
    return one(25) ? any(WRONG) : any(one(3) ? values : values.subList(0, 1));
  }

  private static void put(Map<String, Object> object, String name, List<Object> list) {
    if (!list.isEmpty()) {
      object.put(name, list);
    }
  }

  private String damaged(String text) {
    StringBuilder damaged = new StringBuilder(text);
    int at = random.nextInt(text.length());
    switch (random.nextInt(4)) {
      case 0 -> damaged.deleteCharAt(at);
      case 1 -> damaged.insert(at, any(List.of(":", "-", "\n", "'", " ", "x")));
      case 2 -> damaged.insert(text.indexOf('\n', at) + 1, text.substring(at));
      default -> damaged.setLength(at);
    }
    return damaged.toString();
  }

  /** The objects with fields of any values, such as a newer version writes. */
  List<DirectoryObject> mutated(List<DirectoryObject> objects) {
    return objects.stream()
        .map(
            object -> {
              FieldDescriptor kind = object.getAllFields().keySet().iterator().next();
              Message.Builder inner = ((Message) object.getField(kind)).toBuilder();
              mutate(inner);
              return object.toBuilder().setField(kind, inner.build()).build();
            })
        .toList();
  }

  private void mutate(Message.Builder message) {
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      if (OF_SERVICES.contains(field.getFullName())) {
        continue;
      }
      if (one(6) && !field.getName().equals("organization") && !field.getName().equals("id")) {
        if (field.isRepeated()) {
          message.addRepeatedField(field, value(message, field));
        } else {
          message.setField(field, value(message, field));
        }
      }
    }
  }

  private Object value(Message.Builder message, FieldDescriptor field) {
    return switch (field.getJavaType()) {
      case BOOLEAN -> one(2);
      case INT -> any(List.of(-1, 0, 5, 20_000, 2_000_000));
      case LONG -> 1L;
      case STRING -> any(List.of("", "x", "a.example", "*", "\u200b", "y".repeat(1_025)));
      case BYTE_STRING -> ByteString.copyFromUtf8("bytes");
      case ENUM -> field.getEnumType().findValueByNumberCreatingIfUnknown(random.nextInt(6));
      case MESSAGE -> {
        Message.Builder inner = ((AbstractMessage.Builder<?>) message).newBuilderForField(field);
        mutate(inner);
        yield inner.build();
      }
      default -> throw new IllegalStateException(field.getFullName());
    };
  }

  private boolean one(int of) {
    return random.nextInt(of) == 0;
  }

  private <T extends @Nullable Object> T any(List<T> values) {
    return values.get(random.nextInt(values.size()));
  }
}
