package io.postern.dns.tlsrpt;

import io.postern.dns.DnsFailureException;
import io.postern.dns.MailResolver;
import io.postern.dns.TextFields;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The TXT record that says where a domain wants reports about TLS (RFC 8460 §3).
 *
 * @param reportTo {@code mailto:} and {@code https:}, in their order; at least one, {@value #MOST}
 *     at most
 */
public record TlsRptRecord(List<URI> reportTo) {
  public static final String VERSION = "v=TLSRPTv1";

  private static final int MOST = 10;

  public TlsRptRecord {
    reportTo = List.copyOf(reportTo);
  }

  /**
   * @throws IllegalArgumentException it is malformed
   */
  public static TlsRptRecord parse(String text) {
    List<URI> addresses = new ArrayList<>();
    for (Map.Entry<String, String> field : TextFields.of(VERSION, text)) {
      if (!field.getKey().equals("rua")) {
        TextFields.checkExtension(field);
        continue;
      }
      for (String address : field.getValue().split(",", -1)) {
        addresses.add(address(address.strip()));
      }
    }
    if (addresses.isEmpty()) {
      throw new IllegalArgumentException("the field \"rua\" must be there");
    }
    return new TlsRptRecord(addresses.subList(0, Math.min(MOST, addresses.size())));
  }

  /** As it is published. */
  public String text() {
    return VERSION
        + "; rua="
        + reportTo.stream().map(URI::toString).collect(Collectors.joining(","));
  }

  /**
   * The record of a domain. None: it has none, more than one, or a malformed one, and wants no
   * reports (RFC 8460 §3).
   *
   * @throws DnsFailureException it is not known for now
   */
  public static Optional<TlsRptRecord> of(String domain, MailResolver dns)
      throws DnsFailureException {
    return TextFields.at("_smtp._tls." + domain, VERSION, TlsRptRecord::parse, dns);
  }

  private static URI address(String text) {
    try {
      URI address = new URI(text);
      if ("mailto".equals(address.getScheme()) || "https".equals(address.getScheme())) {
        return address;
      }
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(
          "the field \"rua\" has an address that is not a URI: " + e.getMessage(), e);
    }
    throw new IllegalArgumentException(
        "the field \"rua\" must have addresses that begin with mailto: or https:");
  }
}
