package io.postern.dns;

import io.postern.lab.NotRun;
import io.postern.programs.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * NSD with signed zones, and Unbound that asks it and validates: servers and signatures of others.
 * Zones: {@code signed.example} (RSA, NSEC3), {@code ed.example} (Ed25519, NSEC), {@code
 * plain.example} (delegated without DS), {@code expired.example}, {@code forged.example} (an
 * address that was changed after the signing).
 */
final class RealServers implements AutoCloseable {
  private static final List<String> PROGRAMS =
      List.of("nsd", "unbound", "ldns-keygen", "ldns-signzone");
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final DateTimeFormatter DAY = DateTimeFormatter.BASIC_ISO_DATE;

  private final Path folder;
  private final int nsdPort = FreePorts.next();
  private final int unboundPort = FreePorts.next();
  private final List<Process> processes = new ArrayList<>();
  private final List<String> zones = new ArrayList<>();

  private RealServers(Path folder) {
    this.folder = folder;
  }

  /** False, and {@link NotRun} records it: the programs are not there. */
  static boolean areThere() {
    for (String program : PROGRAMS) {
      if (Stream.of("/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin")
          .noneMatch(bin -> Files.isExecutable(Path.of(bin, program)))) {
        NotRun.program(RealServersTest.class, program);
        return false;
      }
    }
    return true;
  }

  static RealServers start(Path folder) throws IOException, InterruptedException {
    RealServers servers = new RealServers(folder);
    try {
      servers.zones();
      servers.nsd();
      servers.unbound();
      return servers;
    } catch (IOException | InterruptedException | RuntimeException e) {
      servers.close();
      throw e;
    }
  }

  InetSocketAddress resolver() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), unboundPort);
  }

  Path rootAnchor() {
    return folder.resolve("root.ds");
  }

  private void zones() throws IOException, InterruptedException {
    String host =
        """
        @ IN MX 10 mx
        mx IN A 127.0.0.1
        _25._tcp.mx IN TLSA 3 1 1 0000000000000000000000000000000000000000000000000000000000000000
        alias IN CNAME mx
        *.wild IN A 127.0.0.9
        """;
    String signed =
        signed(
            "signed.example.", host, "RSASHA256", LocalDate.now(ZoneOffset.UTC).plusDays(7), true);
    String ed =
        signed("ed.example.", host, "ED25519", LocalDate.now(ZoneOffset.UTC).plusDays(7), false);
    String expired =
        signed(
            "expired.example.",
            host,
            "RSASHA256",
            LocalDate.now(ZoneOffset.UTC).minusDays(2),
            false);
    String forged =
        signed(
            "forged.example.", host, "RSASHA256", LocalDate.now(ZoneOffset.UTC).plusDays(7), false);
    Path zone = folder.resolve("forged.example.zone");
    Files.writeString(
        zone,
        Files.readString(zone).replaceAll("(?m)^(mx\\S*\\s.*\\sA\\s+)127.0.0.1", "$1127.0.0.2"));
    Files.writeString(folder.resolve("plain.example.zone"), head("plain.example.") + host);
    zones.add("plain.example.");
    String below =
        Stream.of("signed", "ed", "expired", "forged", "plain")
                .map(name -> name + " IN NS ns." + name + ".example.\n")
                .reduce("", String::concat)
            + signed
            + ed
            + expired
            + forged;
    String example =
        signed("example.", below, "RSASHA256", LocalDate.now(ZoneOffset.UTC).plusDays(7), false);
    String root =
        signed(
            ".",
            "example. IN NS ns.example.\n" + example,
            "RSASHA256",
            LocalDate.now(ZoneOffset.UTC).plusDays(7),
            true);
    Files.writeString(rootAnchor(), root);
  }

  /**
   * @return its DS record
   */
  private String signed(
      String zone, String records, String algorithm, LocalDate until, boolean nsec3)
      throws IOException, InterruptedException {
    String file = zone.equals(".") ? "root" : zone.substring(0, zone.length() - 1);
    Path plain = folder.resolve(file + ".plain");
    Files.writeString(plain, head(zone) + records);
    String key = run("ldns-keygen", "-r", "/dev/urandom", "-k", "-a", algorithm, zone).strip();
    List<String> sign =
        new ArrayList<>(
            List.of(
                "ldns-signzone",
                "-i",
                until.minusDays(14).format(DAY),
                "-e",
                until.format(DAY),
                "-o",
                zone,
                "-f",
                file + ".zone"));
    if (nsec3) {
      sign.add("-n");
    }
    sign.add(plain.getFileName().toString());
    sign.add(key);
    var unused = run(sign.toArray(new String[0]));
    zones.add(zone);
    return Files.readString(folder.resolve(key + ".ds"));
  }

  private static String head(String zone) {
    return """
    $ORIGIN %s
    $TTL 60
    @ IN SOA ns hostmaster 1 3600 600 86400 60
    @ IN NS ns
    ns IN A 127.0.0.1
    """
        .formatted(zone);
  }

  private void nsd() throws IOException, InterruptedException {
    StringBuilder text =
        new StringBuilder(
            """
            server:
              ip-address: 127.0.0.1@%1$d
              username: ""
              zonesdir: "%2$s"
              zonelistfile: "%2$s/zone.list"
              xfrdfile: "%2$s/xfrd.state"
              xfrdir: "%2$s"
              pidfile: "%2$s/nsd.pid"
              server-count: 1
            remote-control:
              control-enable: no
            """
                .formatted(nsdPort, folder));
    for (String zone : zones) {
      String file = zone.equals(".") ? "root" : zone.substring(0, zone.length() - 1);
      text.append("zone:\n  name: \"%s\"\n  zonefile: \"%s.zone\"\n".formatted(zone, file));
    }
    Path settings = Files.writeString(folder.resolve("nsd.conf"), text);
    start("nsd", "nsd", "-d", "-c", settings.toString());
  }

  private void unbound() throws IOException, InterruptedException {
    StringBuilder text =
        new StringBuilder(
            """
            server:
              interface: 127.0.0.1@%1$d
              username: ""
              chroot: ""
              directory: "%2$s"
              pidfile: ""
              use-syslog: no
              do-not-query-localhost: no
              trust-anchor-file: "%3$s"
              ede: yes
              num-threads: 1
              qname-minimisation: no
              minimal-responses: no
            remote-control:
              control-enable: no
            """
                .formatted(unboundPort, folder, rootAnchor()));
    for (String zone : zones) { // a delegation would lead to port 53
      text.append(
          "stub-zone:\n  name: \"%s\"\n  stub-addr: 127.0.0.1@%d\n".formatted(zone, nsdPort));
    }
    Path settings = Files.writeString(folder.resolve("unbound.conf"), text);
    start("unbound", "unbound", "-d", "-c", settings.toString());
  }

  private void start(String name, String... command) throws IOException {
    processes.add(
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve(name + ".log").toFile())
            .start());
  }

  private String run(String... command) throws IOException, InterruptedException {
    Path output = Files.createTempFile(folder, "output", "");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException(command[0] + " does not end");
    }
    if (process.exitValue() != 0) {
      throw new IOException(String.join(" ", command) + ": " + Files.readString(output));
    }
    return Files.readString(output);
  }

  @Override
  public void close() throws InterruptedException {
    for (Process process : processes) {
      process.destroy();
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    }
  }
}
