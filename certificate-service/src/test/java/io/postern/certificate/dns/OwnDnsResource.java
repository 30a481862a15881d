package io.postern.certificate.dns;

import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.programs.FreePorts;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Settings of our own domains. In the folder {@code postern.test.own}: {@code ca} is the authority
 * of all certificates, {@code anchors} is watched, and {@code contoso} and {@code fabrikam} are the
 * policy hosts' certificates. The DNS is the test's, at {@code postern.dns.servers}.
 */
public class OwnDnsResource implements QuarkusTestResourceLifecycleManager {
  @Override
  public Map<String, String> start() {
    try {
      Path folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "own");
      Path anchors = Files.createDirectory(folder.resolve("anchors"));
      LabCa ca = LabCa.open(folder.resolve("ca"), "Own", null);
      ca.issue(Issue.to("mta-sts.contoso.example")).write(folder, "contoso");
      ca.issue(Issue.to("mta-sts.fabrikam.example")).write(folder, "fabrikam");
      String keys = "quarkus.tls.mta-sts.key-store.";
      return Map.ofEntries(
          Map.entry("postern.test.own", folder.toString()),
          Map.entry("postern.anchors.folder", anchors.toString()),
          Map.entry("postern.anchors.pem-check", "200ms"),
          Map.entry("postern.dns.servers", "127.0.0.1:" + FreePorts.next()),
          Map.entry("postern.dns.dnssec", "trust-ad"),
          Map.entry("postern.own.mx-hosts", "mx.contoso.example"),
          Map.entry("postern.own.sts-mode", "enforce"),
          Map.entry("postern.own.sts-mode-of", "fabrikam.example=testing,plain.example=off"),
          Map.entry("postern.own.tls-reports", "mailto:tls-reports@contoso.example"),
          Map.entry("postern.own.policy-port", String.valueOf(FreePorts.next())),
          Map.entry(keys + "pem.0.cert", folder.resolve("contoso.pem").toString()),
          Map.entry(keys + "pem.0.key", folder.resolve("contoso.key").toString()),
          Map.entry(keys + "pem.1.cert", folder.resolve("fabrikam.pem").toString()),
          Map.entry(keys + "pem.1.key", folder.resolve("fabrikam.key").toString()),
          Map.entry(keys + "sni", "true"),
          Map.entry("quarkus.tls.mta-sts.reload-period", "1s"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void stop() {}
}
