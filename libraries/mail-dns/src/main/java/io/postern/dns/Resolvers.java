package io.postern.dns;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.xbill.DNS.ExtendedFlags;
import org.xbill.DNS.ExtendedResolver;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.dnssec.ValidatingResolver;

/** The resolvers of dnsjava that {@link DnsSettings} ask for. */
final class Resolvers {
  private static final int TRIES = 2;

  /** What passes all networks unfragmented (DNS flag day 2020); larger answers come over TCP. */
  private static final int PAYLOAD = 1232;

  /**
   * The root's key-signing keys 20326 (2017) and 38696 (2024) as IANA publishes them
   * (data.iana.org/root-anchors).
   */
  private static final String ROOT =
      """
      . IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D
      . IN DS 38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16
      """;

  private Resolvers() {}

  /**
   * @param dnssec not {@link Dnssec#AUTO}
   * @throws IOException the root's anchors cannot be read
   */
  static Resolver of(DnsSettings settings, Dnssec dnssec, Clock clock) throws IOException {
    ExtendedResolver servers = servers(settings);
    if (dnssec != Dnssec.VALIDATE) {
      servers.setEDNS(0, PAYLOAD, dnssec == Dnssec.TRUST_AD ? ExtendedFlags.DO : 0, List.of());
      return servers;
    }
    servers.setEDNS(0, PAYLOAD, ExtendedFlags.DO, List.of());
    ValidatingResolver validating = new ValidatingResolver(new AnsweringServers(servers), clock);
    try (InputStream anchors =
        settings.rootAnchors().isPresent()
            ? Files.newInputStream(settings.rootAnchors().get())
            : new ByteArrayInputStream(ROOT.getBytes(StandardCharsets.US_ASCII))) {
      validating.loadTrustAnchors(anchors);
    }
    if (validating.getTrustAnchors().items().isEmpty()) {
      throw new IOException("no DS or DNSKEY record in " + settings.rootAnchors());
    }
    return validating;
  }

  private static ExtendedResolver servers(DnsSettings settings) throws IOException {
    ExtendedResolver resolver;
    if (settings.servers().isEmpty()) {
      resolver = new ExtendedResolver();
    } else {
      List<Resolver> each = new ArrayList<>();
      for (InetSocketAddress server : settings.servers()) {
        each.add(new SimpleResolver(server));
      }
      resolver = new ExtendedResolver(each);
    }
    for (Resolver each : resolver.getResolvers()) {
      each.setTimeout(settings.timeout());
    }
    resolver.setRetries(TRIES);
    resolver.setTimeout(
        settings.timeout().multipliedBy((long) TRIES * resolver.getResolvers().length));
    return resolver;
  }
}
