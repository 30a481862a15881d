package io.postern.dns.mtasts;

import io.postern.contracts.Texts;
import io.postern.names.DomainNames;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A domain's policy (RFC 8461 §3.2).
 *
 * @param hosts {@code mx} patterns, lower case: names of hosts, or {@code *.} and a domain; none
 *     only for {@link Mode#NONE}
 * @param maxAge how long it is in force after it was fetched; at most a year and some hours
 */
public record StsPolicy(Mode mode, List<String> hosts, Duration maxAge) {
  /** RFC 8461 §3.2: a policy of more bytes is refused. */
  public static final int MAX_BYTES = 64 * 1024;

  private static final Duration SHORTEST_REFRESH = Duration.ofHours(1);
  private static final Duration LONGEST_REFRESH = Duration.ofDays(1);
  private static final int MAX_HOSTS = 1000;
  private static final long MAX_AGE_SECONDS = 31_557_600;
  private static final String VERSION = "STSv1";
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,31}");
  private static final Pattern AGE = Pattern.compile("[0-9]{1,10}");

  /** RFC 8461 §5. */
  public enum Mode {
    /** Nothing goes to a host that the policy does not name or that proves its name badly. */
    ENFORCE,
    /** The same is reported, and mail goes. */
    TESTING,
    /** As without a policy. */
    NONE;

    public String spelled() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** By its spelling; none: it is not known. */
    public static Optional<Mode> of(String spelled) {
      return Arrays.stream(values()).filter(mode -> mode.spelled().equals(spelled)).findFirst();
    }
  }

  public StsPolicy {
    hosts = List.copyOf(hosts);
  }

  /**
   * @throws IllegalArgumentException it is malformed; the message names the field
   */
  public static StsPolicy parse(byte[] policy) {
    if (policy.length > MAX_BYTES) {
      throw new IllegalArgumentException("the policy has more than " + MAX_BYTES + " bytes");
    }
    try {
      return parse(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(policy)).toString());
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("the policy is not in UTF-8", e);
    }
  }

  private static StsPolicy parse(String text) {
    String version = null;
    String mode = null;
    String age = null;
    List<String> hosts = new ArrayList<>();
    for (String line : text.split("\r?\n", -1)) {
      if (line.isBlank()) {
        continue;
      }
      int colon = line.indexOf(':');
      String name = colon < 0 ? line : line.substring(0, colon);
      String value = colon < 0 ? "" : line.substring(colon + 1).strip();
      if (!NAME.matcher(name).matches() || value.isEmpty()) {
        throw new IllegalArgumentException(
            "the line \"" + Texts.shortened(line, 80) + "\" is not a field");
      }
      // Of a field that stands twice the first counts (§3.2).
      switch (name) {
        case "version" -> version = version == null ? value : version;
        case "mode" -> mode = mode == null ? value : mode;
        case "max_age" -> age = age == null ? value : age;
        case "mx" -> hosts.add(host(value));
        default -> {} // an extension
      }
    }
    if (!VERSION.equals(version)) {
      throw new IllegalArgumentException("the field \"version\" must be " + VERSION);
    }
    StsPolicy policy = new StsPolicy(mode(mode), hosts, age(age));
    if (hosts.isEmpty() && policy.mode() != Mode.NONE) {
      throw new IllegalArgumentException("the field \"mx\" must be there at least once");
    }
    if (hosts.size() > MAX_HOSTS) {
      throw new IllegalArgumentException("the policy has more than " + MAX_HOSTS + " hosts");
    }
    return policy;
  }

  /** As it is served (§3.2): ASCII, lines that end with CRLF. */
  public String text() {
    StringBuilder text = new StringBuilder("version: " + VERSION + "\r\n");
    text.append("mode: ").append(mode.spelled()).append("\r\n");
    hosts.forEach(host -> text.append("mx: ").append(host).append("\r\n"));
    return text.append("max_age: ").append(maxAge.toSeconds()).append("\r\n").toString();
  }

  /**
   * Whether the policy names an MX host. A wildcard stands for one label (§4.1).
   *
   * @param mxHost A-labels
   */
  public boolean names(String mxHost) {
    String host = DomainNames.normal(mxHost);
    return hosts.stream()
        .anyMatch(
            pattern ->
                pattern.startsWith("*.")
                    ? host.indexOf('.') > 0
                        && host.substring(host.indexOf('.') + 1).equals(pattern.substring(2))
                    : host.equals(pattern));
  }

  /**
   * The age at which a policy is fetched again, ahead of its end (§3.3): half of its maximum, but
   * at least an hour and at most a day. A use of one that is older asks for it.
   */
  public static Duration refreshAfter(Duration maxAge) {
    Duration half = maxAge.dividedBy(2);
    Duration most = half.compareTo(LONGEST_REFRESH) < 0 ? half : LONGEST_REFRESH;
    return most.compareTo(SHORTEST_REFRESH) > 0 ? most : SHORTEST_REFRESH;
  }

  private static Mode mode(@Nullable String mode) {
    return Mode.of(mode == null ? "" : mode)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "the field \"mode\" must be enforce, testing or none"));
  }

  private static Duration age(@Nullable String age) {
    if (age == null || !AGE.matcher(age).matches()) {
      throw new IllegalArgumentException("the field \"max_age\" must be a number of seconds");
    }
    return Duration.ofSeconds(Math.min(Long.parseLong(age), MAX_AGE_SECONDS));
  }

  private static String host(String pattern) {
    String domain = pattern.startsWith("*.") ? pattern.substring(2) : pattern;
    String normal = DomainNames.normal(domain);
    if (domain.chars().anyMatch(c -> c > 0x7e) || !DomainNames.isDomain(normal)) {
      throw new IllegalArgumentException(
          "the field \"mx\" has \""
              + Texts.shortened(pattern, 80)
              + "\", which is not a host in A-labels");
    }
    return pattern.startsWith("*.") ? "*." + normal : normal;
  }
}
