package io.postern.policy.explain;

import com.google.protobuf.ByteString;
import io.postern.api.ProblemException;
import io.postern.contracts.v1.RequireTls;
import io.postern.directory.Pem;
import io.postern.names.CertificateNames;
import io.postern.names.DomainNames;
import io.postern.rules.RecordedHeader;
import io.postern.rules.address.IpAddress;
import io.postern.rules.again.RecordedFacts;
import io.postern.rules.inbound.InboundFacts;
import io.postern.smtp.Address;
import java.net.InetAddress;
import java.security.cert.CertificateException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The facts of a request by hand, checked: a wrong one is a {@link ProblemException} that names its
 * field.
 *
 * @param assumedGood names without a chain: what they prove cannot be judged
 */
record GivenFacts(RecordedFacts facts, List<Address> recipients, boolean assumedGood) {
  static final int MOST_RECIPIENTS = 20;
  private static final int MOST_FIELDS = 20;
  private static final int MOST_CERTIFICATES = 10;
  private static final int MOST_PEM = 100_000;
  private static final int MOST_NAMES = 100;

  /** Stands for the chain that the names are of. */
  private static final byte[] NO_CHAIN = {0};

  static GivenFacts of(ExplainRequest request) {
    List<Address> recipients = recipients(request.recipients());
    List<byte[]> chain = chain(request.certificate());
    List<String> names = names(request.certificateNames());
    if (!chain.isEmpty() && !names.isEmpty()) {
      throw ProblemException.badRequest(
          "/certificateNames", "the certificate has its names", "write one of the two");
    }
    boolean assumed = chain.isEmpty() && !names.isEmpty();
    boolean shown = assumed || !chain.isEmpty();
    boolean tls = request.tls() == null ? shown : request.tls();
    if (shown && !tls) {
      throw ProblemException.badRequest(
          "/tls", "a client presents its certificate only over TLS", "write true");
    }
    InboundFacts facts =
        new InboundFacts(
            clientIp(request.clientIp()),
            tls,
            assumed ? List.of(NO_CHAIN) : chain,
            new byte[0],
            assumed ? names : CertificateNames.ofLeaf(chain),
            sender(request.mailFrom()));
    return new GivenFacts(
        new RecordedFacts(
            facts,
            request.mailFrom() == null || facts.mailFromDomain() == null ? "" : request.mailFrom(),
            recipients.stream().map(Address::toString).toList(),
            Map.of(),
            Boolean.TRUE.equals(request.requireTls())
                ? RequireTls.REQUIRE_TLS_YES
                : RequireTls.REQUIRE_TLS_UNSPECIFIED,
            1,
            header(request.headerFields()),
            ""),
        recipients,
        assumed);
  }

  /** Header fields by hand are a section that was recorded whole; null: none are known. */
  private static @Nullable RecordedHeader header(@Nullable List<String> fields) {
    if (fields == null || fields.isEmpty()) {
      return null;
    }
    for (int i = 0; i < fields.size(); i++) {
      if (i == MOST_FIELDS || !fields.get(i).matches("[!-9;-~]{1,64}:[^\\r\\n]{0,998}")) {
        throw ProblemException.badRequest(
            "/headerFields/" + i,
            i == MOST_FIELDS ? "there are too many fields" : "it is not a header field on one line",
            "write at most " + MOST_FIELDS + " fields such as X-Signature: true");
      }
    }
    return new RecordedHeader(
        ByteString.copyFromUtf8(String.join("\r\n", fields) + "\r\n\r\n"), false);
  }

  /** Checked addresses; none for null. */
  static List<Address> recipients(@Nullable List<String> given) {
    if (given == null || given.isEmpty() || given.size() > MOST_RECIPIENTS) {
      throw ProblemException.badRequest(
          "/recipients", "an explanation has 1 to 20 recipients", "write local-part@domain");
    }
    List<Address> recipients = new ArrayList<>();
    for (int i = 0; i < given.size(); i++) {
      recipients.add(address("/recipients/" + i, given.get(i)));
    }
    return recipients;
  }

  private static Address address(String field, @Nullable String text) {
    try {
      Address address = Address.parse(text == null ? "" : text);
      if (address.domain().isEmpty()) {
        throw new IllegalArgumentException("it has no domain");
      }
      var unused = address.asciiDomain();
      return address;
    } catch (IllegalArgumentException e) {
      throw ProblemException.badRequest(
          field, String.valueOf(e.getMessage()), "write local-part@domain");
    }
  }

  private static @Nullable String sender(@Nullable String mailFrom) {
    return mailFrom == null || mailFrom.isEmpty() || mailFrom.equals("<>")
        ? null
        : address("/mailFrom", mailFrom).asciiDomain();
  }

  private static String clientIp(@Nullable String text) {
    String address = text == null ? "" : text;
    if (IpAddress.parse(address) == null) { // the JDK also takes 10.1
      throw ProblemException.badRequest(
          "/clientIp", "it is not an address", "write 192.0.2.25 or 2001:db8::25");
    }
    return InetAddress.ofLiteral(address).getHostAddress();
  }

  private static List<String> names(@Nullable List<String> given) {
    if (given == null) {
      return List.of();
    }
    if (given.size() > MOST_NAMES
        || given.stream().anyMatch(n -> n == null || n.length() > DomainNames.MAX_LENGTH)) {
      throw ProblemException.badRequest(
          "/certificateNames",
          "there are too many, or they are too long",
          "write at most 100 DNS names");
    }
    return List.copyOf(given);
  }

  private static List<byte[]> chain(@Nullable String pem) {
    if (pem == null || pem.isBlank()) {
      return List.of();
    }
    List<byte[]> chain;
    try {
      if (pem.length() > MOST_PEM) {
        throw new CertificateException("it is longer than 100,000 characters");
      }
      chain = Pem.certificates(pem);
    } catch (CertificateException e) {
      throw ProblemException.badRequest(
          "/certificate",
          "it cannot be read: " + e.getMessage(),
          "write the chain in PEM, leaf first");
    }
    if (chain.size() > MOST_CERTIFICATES) {
      throw ProblemException.badRequest(
          "/certificate", "it has " + chain.size() + " certificates", "write 1 to 10 in PEM");
    }
    return chain;
  }
}
