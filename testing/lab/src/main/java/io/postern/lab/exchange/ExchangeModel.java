package io.postern.lab.exchange;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Exchange Online's connectors as Microsoft's pages describe them, to compare the product's rules
 * with. P1, R2 and so on are rows of docs/design/exchange-examples.md. Pure; any thread.
 */
public final class ExchangeModel {
  /** The pages do not decide it. */
  public static final String SILENT = "silent";

  private static final String NO_TLS = "refused 5.7.3";
  private static final String RESTRICTED = "refused 5.7.51";

  /** A tenant's export: parameters as texts, Booleans and lists of texts. */
  public record Tenant(
      String id,
      List<String> acceptedDomains,
      List<Map<String, Object>> inbound,
      List<Map<String, Object>> outbound,
      boolean rejectDirectSend) {}

  /** A client's message to one recipient; the chain of its certificate is good. */
  public record Session(
      String ip, boolean tls, List<String> names, @Nullable String from, String to) {}

  private record Own(Tenant tenant, Map<String, Object> connector) {}

  private final List<Tenant> tenants;

  public ExchangeModel(List<Tenant> tenants) {
    this.tenants = List.copyOf(tenants);
  }

  /** "originating TENANT/CONNECTOR", "incoming TENANT/CONNECTOR", a refusal, or {@link #SILENT}. */
  public String inbound(Session s) {
    Tenant owner = ownerOf(s.to());
    List<Own> attributed = originating(s);
    List<Own> own = attributed.isEmpty() && owner == null ? relaying(s) : attributed;
    if (own.isEmpty()) {
      return owner == null ? "refused 5.7.64" : incoming(owner, s); // R2, R10, A4, A4b
    }
    Own first = own.getFirst();
    if (own.stream().anyMatch(each -> each.tenant() != first.tenant()) // A9
        || own.stream().anyMatch(each -> tls(each.connector(), s) != tls(first.connector(), s))) {
      return SILENT;
    }
    if (!tls(first.connector(), s)) {
      return NO_TLS;
    }
    String answer =
        "originating " + names(first.tenant(), own.stream().map(Own::connector).toList());
    if (owner == null || owner == first.tenant()) {
      return answer;
    }
    String there = incoming(owner, s); // A13: the sender's tenant first, then the recipient's
    return there.startsWith("incoming") ? answer : there;
  }

  /** A1, A2: the certificate, by the most exact name; A3: the address with MAIL FROM. */
  private List<Own> originating(Session s) {
    List<Own> found = new ArrayList<>();
    int best = 0;
    for (Own own : own(any -> true)) {
      String field = text(own.connector(), "TlsSenderCertificateName");
      if (s.names().stream().anyMatch(n -> fits(field, n) && counts(own.tenant(), field, n))) {
        int exactness = field.startsWith("*.") ? field.length() : Integer.MAX_VALUE;
        if (exactness > best) {
          found.clear();
          best = exactness;
        }
        if (exactness == best) {
          found.add(own);
        }
      }
    }
    return found.isEmpty()
        ? own(own -> in(own.connector(), s) && accepts(own.tenant(), s.from()))
        : found;
  }

  /** The right to relay: (name's or sender's domain accepted) and (address or name matches). */
  private List<Own> relaying(Session s) {
    return own(
        own ->
            s.names().stream()
                .filter(n -> !isAnothers(own.tenant(), n))
                .anyMatch(
                    n ->
                        accepts(own.tenant(), s.from())
                                && fits(text(own.connector(), "TlsSenderCertificateName"), n)
                            || in(own.connector(), s)
                                && (accepts(own.tenant(), n) || accepts(own.tenant(), parent(n)))));
  }

  /** R5, R8: the name itself or its parent; of "*.D" also D, or a domain between the two. */
  private boolean counts(Tenant tenant, String field, String presented) {
    boolean wildcard = field.startsWith("*.");
    String name = wildcard ? presented : field;
    if (isAnothers(tenant, name)) {
      return false;
    }
    return accepts(tenant, name)
        || accepts(tenant, parent(name))
        || wildcard
            && tenant.acceptedDomains().stream()
                .anyMatch(d -> isIn(name, d) && isIn(d, field.substring(2)));
  }

  /** The nearest accepted domain at the name or above it is another tenant's. */
  private boolean isAnothers(Tenant tenant, String name) {
    for (String domain = name; !domain.isEmpty(); domain = parent(domain)) {
      Tenant owner = ownerOf(domain);
      if (owner != null) {
        return owner != tenant;
      }
    }
    return false;
  }

  private String incoming(Tenant owner, Session s) {
    List<Map<String, Object>> own = // R4, A5: any MAIL FROM
        own(o -> o.tenant() == owner && in(o.connector(), s)).stream().map(Own::connector).toList();
    if (!own.isEmpty()) {
      return own.stream().allMatch(c -> tls(c, s))
          ? "incoming " + names(owner, own)
          : own.stream().noneMatch(c -> tls(c, s)) ? NO_TLS : SILENT;
    }
    List<Map<String, Object>> scope =
        owner.inbound().stream()
            .filter(c -> isSet(c, "Enabled") && !isOnPremises(c))
            .filter(c -> list(c, "SenderDomains").stream().anyMatch(d -> isFor(d, s.from())))
            .filter(
                c ->
                    list(c, "AssociatedAcceptedDomains").isEmpty() // P16
                        || list(c, "AssociatedAcceptedDomains").contains(s.to()))
            .filter(c -> restricts(c) || list(c, "SenderIPAddresses").isEmpty() || in(c, s)) // P5
            .toList();
    List<Map<String, Object>> restricting = scope.stream().filter(c -> restricts(c)).toList();
    List<String> refusals = scope.stream().map(c -> refusal(c, s)).distinct().toList();
    String answer =
        refusals.size() > 1
            ? SILENT // P15 knows one restriction; of several for one sender the pages say nothing
            : refusals.isEmpty() || refusals.getFirst().isEmpty()
                ? "incoming " + names(owner, restricting.isEmpty() ? scope : restricting)
                : refusals.getFirst();
    boolean known = // X4 to X6
        scope.stream().anyMatch(c -> in(c, s) || isProven(c, s))
            || !own(o -> o.tenant() == owner && isProven(o.connector(), s)).isEmpty();
    return owner.rejectDirectSend()
            && accepts(owner, s.from())
            && answer.startsWith("incoming")
            && !known
        ? "refused 5.7.68"
        : answer;
  }

  /** What a Partner connector says of mail in its scope; empty: it accepts. */
  private static String refusal(Map<String, Object> c, Session s) {
    boolean demanded = // P3, P6, P11, P21
        isSet(c, "RestrictDomainsToCertificate")
            || isSet(c, "RequireTls") && !text(c, "TlsSenderCertificateName").isEmpty();
    return !tls(c, s)
        ? NO_TLS // P2, P4
        : demanded && !isProven(c, s) || isSet(c, "RestrictDomainsToIPAddresses") && !in(c, s)
            ? RESTRICTED // P1b, P7, P9, P12
            : "";
  }

  private static boolean isProven(Map<String, Object> c, Session s) {
    return s.names().stream().anyMatch(n -> fits(text(c, "TlsSenderCertificateName"), n));
  }

  /** The connector that takes the tenant's mail to the domain; empty: none; or {@link #SILENT}. */
  public String outbound(String tenantId, String to) {
    Tenant tenant = tenants.stream().filter(t -> t.id().equals(tenantId)).findFirst().orElseThrow();
    boolean own = accepts(tenant, to);
    List<Map<String, Object>> usable =
        tenant.outbound().stream()
            .filter(c -> isSet(c, "Enabled") && !isSet(c, "TestMode")) // O18
            .filter(c -> !isSet(c, "IsTransportRuleScoped")) // O9
            .filter(c -> !own || isOnPremises(c)) // a Partner connector is to external domains
            .toList();
    List<Map<String, Object>> all = // Y4
        usable.stream().filter(c -> !own && isSet(c, "RouteAllMessagesViaOnPremises")).toList();
    int best = all.isEmpty() ? -1 : Integer.MAX_VALUE;
    for (Map<String, Object> c : all.isEmpty() ? usable : List.<Map<String, Object>>of()) {
      int exactness = own && isSet(c, "AllAcceptedDomains") ? 1 : -1; // O1
      for (String domain : list(c, "RecipientDomains")) {
        if (isFor(domain, to)) { // O2, O3
          int length = domain.equals("*") ? 0 : domain.length();
          exactness = Math.max(exactness, domain.equals(to) ? Integer.MAX_VALUE : length);
        }
      }
      if (exactness > best) {
        all = new ArrayList<>();
        best = exactness;
      }
      if (exactness >= 0 && exactness == best) {
        all.add(c);
      }
    }
    return all.size() > 1 || own && best == 0
        ? SILENT
        : all.isEmpty() ? "" : text(all.getFirst(), "Name");
  }

  private List<Own> own(Predicate<Own> which) {
    return tenants.stream()
        .flatMap(t -> t.inbound().stream().map(c -> new Own(t, c)))
        .filter(own -> isSet(own.connector(), "Enabled") && isOnPremises(own.connector()))
        .filter(which)
        .toList();
  }

  private @Nullable Tenant ownerOf(@Nullable String domain) {
    return tenants.stream().filter(t -> accepts(t, domain)).findFirst().orElse(null);
  }

  private static boolean accepts(Tenant tenant, @Nullable String domain) {
    return domain != null && tenant.acceptedDomains().contains(domain);
  }

  /** P1a, E2: "*.D" is D and all below it; the null reverse-path is for "*" only. */
  private static boolean isFor(String pattern, @Nullable String domain) {
    return pattern.equals("*")
        || domain != null
            && (pattern.startsWith("*.")
                ? isIn(domain, pattern.substring(2))
                : domain.equals(pattern));
  }

  /** E2; a certificate's own wildcard stands for one label (RFC 9525), and R9 for itself. */
  private static boolean fits(String field, String name) {
    return field.startsWith("*.")
        ? isIn(name.startsWith("*.") ? name.substring(2) : name, field.substring(2))
        : !field.isEmpty() && (field.equals(name) || name.equals("*." + parent(field)));
  }

  private static boolean isIn(String domain, String base) {
    return domain.equals(base) || domain.endsWith("." + base);
  }

  private static String parent(String name) {
    return name.contains(".") ? name.substring(name.indexOf('.') + 1) : "";
  }

  /** P1d: a block with host bits is the whole block. */
  private static boolean in(Map<String, Object> c, Session s) {
    return list(c, "SenderIPAddresses").stream()
        .map(range -> (range + "/32").split("/"))
        .anyMatch(r -> (bits(r[0]) ^ bits(s.ip())) >>> (32 - Integer.parseInt(r[1])) == 0);
  }

  private static long bits(String address) {
    long bits = 0;
    for (String part : address.split("\\.")) {
      bits = bits * 256 + Integer.parseInt(part);
    }
    return bits;
  }

  private static boolean tls(Map<String, Object> c, Session s) {
    return s.tls() || !isSet(c, "RequireTls");
  }

  private static boolean restricts(Map<String, Object> c) {
    return isSet(c, "RestrictDomainsToIPAddresses") || isSet(c, "RestrictDomainsToCertificate");
  }

  private static boolean isOnPremises(Map<String, Object> c) {
    return text(c, "ConnectorType").equals("onpremises");
  }

  private static String names(Tenant tenant, List<Map<String, Object>> connectors) {
    return tenant.id()
        + connectors.stream().map(c -> text(c, "Name")).collect(Collectors.joining("|", "/", ""));
  }

  private static boolean isSet(Map<String, Object> c, String parameter) {
    return Boolean.TRUE.equals(c.get(parameter));
  }

  private static String text(Map<String, Object> c, String parameter) {
    return c.get(parameter) instanceof String text ? text.toLowerCase(Locale.ROOT) : "";
  }

  @SuppressWarnings("unchecked")
  private static List<String> list(Map<String, Object> c, String parameter) {
    return c.get(parameter) instanceof List<?> list ? (List<String>) list : List.of();
  }
}
