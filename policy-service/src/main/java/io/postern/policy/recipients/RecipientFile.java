package io.postern.policy.recipients;

import io.postern.api.Problem;
import io.postern.contracts.RecipientKeys;
import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.MailboxRoute;
import io.postern.contracts.v1.RecipientShard;
import io.postern.rules.recipients.LocalParts;
import io.postern.smtp.Address;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An administrator's list of one domain's recipients (docs/guides/recipients.md): CSV, a line for
 * each, {@code local-part[,route]}, or with the whole address in place of the local part. Addresses
 * of other domains and of other kinds ({@code SIP:}, {@code X500:}) are counted and left out, so
 * that an export of a whole organization is a list of each of its domains.
 *
 * <p>Bounds: {@link #MOST_ADDRESSES}, some 30 MiB of memory; 100 problems, then reading ends.
 * Owner: one thread.
 */
public final class RecipientFile {
  public static final int MOST_ADDRESSES = 250_000;
  private static final int MOST_PROBLEMS = 100;
  private static final Pattern KIND = Pattern.compile("([A-Za-z0-9]+):(.*)");
  private static final String HEADING = "local-part|primarysmtpaddress|emailaddress|address";

  private final AcceptedDomain domain;
  private final List<TreeMap<String, String>> shards = new ArrayList<>();
  private final List<Problem.Fault> problems = new ArrayList<>();
  private int addresses;
  private int others;

  private RecipientFile(AcceptedDomain domain) {
    this.domain = domain;
    for (int i = 0; i < RecipientKeys.SHARDS; i++) {
      shards.add(new TreeMap<>());
    }
  }

  /** Reads the whole text. A wrong line is a problem and no exception. */
  public static RecipientFile read(AcceptedDomain domain, InputStream text) throws IOException {
    RecipientFile file = new RecipientFile(domain);
    ListLines lines = new ListLines(text);
    try {
      for (String line = lines.next(); line != null && !file.full(); line = lines.next()) {
        file.take(lines.number(), line);
      }
    } catch (CharacterCodingException e) {
      file.problem(
          lines.number(), "the text is not UTF-8", "write it with Export-Csv -Encoding utf8");
    }
    if (file.addresses == 0 && file.problems.isEmpty()) {
      file.problem(
          0,
          "no address of " + domain.getDomain() + " is in it, so all mail would be refused",
          "check the export; write recipientValidation: off to accept all recipients");
    }
    return file;
  }

  public List<Problem.Fault> problems() {
    return problems;
  }

  public int addresses() {
    return addresses;
  }

  /** Lines with an address of another domain or kind. */
  public int others() {
    return others;
  }

  /** One shard as it is to be. */
  public RecipientShard shard(int number) {
    RecipientShard.Builder shard =
        RecipientShard.newBuilder().setDomain(domain.getDomain()).setShard(number);
    Map<String, String> recipients = shards.get(number);
    List<String> names =
        recipients.values().stream().filter(r -> !r.isEmpty()).distinct().sorted().toList();
    shard.addAllLocalParts(recipients.keySet()).addAllRouteNames(names);
    if (!names.isEmpty()) {
      recipients.values().forEach(route -> shard.addRoutes(names.indexOf(route) + 1));
    }
    return shard.build();
  }

  private boolean full() {
    return addresses > MOST_ADDRESSES || problems.size() >= MOST_PROBLEMS;
  }

  private void take(int number, String line) {
    if (line.isBlank() || number == 1 && line.startsWith("#TYPE")) { // Windows PowerShell's mark
      return;
    }
    List<String> fields = ListLines.fields(line);
    String text = fields.getFirst();
    if (number == 1 && text.toLowerCase(Locale.ROOT).matches(HEADING)) {
      return;
    }
    var kind = KIND.matcher(text);
    if (kind.matches()) {
      if (!kind.group(1).equalsIgnoreCase("smtp")) {
        others++;
        return;
      }
      text = kind.group(2);
    }
    try {
      boolean whole = text.lastIndexOf('@') > text.lastIndexOf('"');
      Address address = Address.parse(whole ? text : text + "@" + domain.getDomain());
      if (!address.asciiDomain().equals(domain.getDomain())) {
        others++;
        return;
      }
      String route = route(fields.size() < 2 ? "" : fields.get(1));
      if (route == null || fields.size() > 2) {
        problem(
            number,
            route == null ? "the domain has no route with this name" : "more than two fields",
            "write local-part, or local-part,route with one of "
                + routes().collect(Collectors.joining(", ")));
        return;
      }
      add(number, LocalParts.normal(address.localPart()), route);
    } catch (IllegalArgumentException e) {
      problem(number, String.valueOf(e.getMessage()), "correct the line, or remove it");
    }
  }

  private void add(int number, String localPart, String route) {
    String before =
        shards.get(RecipientKeys.shardOfAddress(localPart)).putIfAbsent(localPart, route);
    if (before == null) {
      addresses++;
      if (addresses > MOST_ADDRESSES) {
        problem(number, "more than " + MOST_ADDRESSES + " addresses", "shorten the list");
      }
    } else if (!before.equals(route)) {
      problem(
          number,
          "an earlier line has the same address with another route",
          "keep one of the two: upper and lower case are the same");
    }
  }

  /** Null: there is none of this name. */
  private @Nullable String route(String text) {
    return text.isEmpty()
        ? ""
        : routes().filter(name -> name.equalsIgnoreCase(text)).findFirst().orElse(null);
  }

  private Stream<String> routes() {
    return Stream.concat(
        Stream.of(RecipientKeys.ON_PREMISES),
        domain.getFurtherMailboxRoutesList().stream().map(MailboxRoute::getName));
  }

  private void problem(int line, String problem, String cure) {
    problems.add(fault(line, problem, cure));
  }

  /**
   * A fault of a list, which is no JSON: it has a line and no pointer.
   *
   * @param line from 1; 0: of the list as a whole
   */
  public static Problem.Fault fault(int line, String problem, String cure) {
    return new Problem.Fault("", problem, cure, line > 0 ? line : null);
  }
}
