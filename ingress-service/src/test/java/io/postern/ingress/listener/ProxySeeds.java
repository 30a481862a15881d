package io.postern.ingress.listener;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The kept headers of src/test/resources/proxy-headers, in hex, by name: those whose name begins
 * with "bad" name nobody, those with "local" the balancer itself, the others the client 192.0.2.7
 * or 2001:db8::7.
 */
final class ProxySeeds {
  private static final Path FOLDER = Path.of("src/test/resources/proxy-headers");

  private ProxySeeds() {}

  static Map<String, byte[]> all() {
    Map<String, byte[]> seeds = new TreeMap<>();
    try (Stream<Path> files = Files.list(FOLDER)) {
      for (Path file : files.toList()) {
        String hex = String.join("", Files.readAllLines(file));
        seeds.put(file.getFileName().toString().replace(".hex", ""), HexFormat.of().parseHex(hex));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return seeds;
  }

  static byte[] of(String name) {
    byte[] seed = all().get(name);
    if (seed == null) {
      throw new IllegalArgumentException("no seed " + name);
    }
    return seed;
  }

  /** A header without TLVs by which a balancer names that IPv4 client. */
  static byte[] naming(int a, int b, int c, int d) {
    byte[] header = of("ipv4");
    header[16] = (byte) a;
    header[17] = (byte) b;
    header[18] = (byte) c;
    header[19] = (byte) d;
    return header;
  }
}
