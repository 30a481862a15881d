package io.postern.operator.commands;

import io.postern.commandline.OutputOption;
import io.postern.contracts.RefusalReference;
import io.postern.contracts.v1.MessageRefused;
import io.postern.operator.connection.ConnectionOptions;
import io.postern.operator.trace.RefusalJson;
import io.postern.operator.trace.RefusalLookup;
import io.postern.operator.trace.TracePrinter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Command that shows refusals: one by its reference, or those of a sender. */
@Command(
    name = "refusals",
    description = {
      "Shows a refusal with its reason and count, by the reference in its reply; or lists refusals.",
      "Exit code 0: found, 1: none."
    },
    mixinStandardHelpOptions = true)
public final class Refusals implements Callable<Integer> {
  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<RefusalJson.Found> output = new OutputOption<>();

  @Parameters(
      paramLabel = "REFERENCE",
      arity = "0..1",
      description = "as in \"550 5.7.64 … (reference 0Z7K-31QF)\"")
  private @Nullable String reference;

  @Option(
      names = "--ip",
      paramLabel = "ADDRESS",
      description = "of the client, or of the source behind a gateway")
  private @Nullable String ip;

  @Option(
      names = "--domain",
      paramLabel = "DOMAIN",
      description = "of the sender's address or of the recipient's")
  private @Nullable String domain;

  @Option(
      names = "--since",
      paramLabel = "AGE",
      description =
          "how far back a list goes: 30m, 12h, 3d (default: ${DEFAULT-VALUE}, at most 7d)")
  private String since = "1d";

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws Exception {
    return reference == null ? list() : show(RefusalReference.parse(reference));
  }

  private int show(String wanted) throws Exception {
    List<MessageRefused> records =
        find(Instant.now().minus(Age.KEPT), refused -> refused.getReference().equals(wanted));
    output.print(RefusalJson.of(records, true), () -> new TracePrinter(true).lines(records));
    return records.isEmpty() ? 1 : 0;
  }

  private int list() throws Exception {
    List<MessageRefused> records = find(Instant.now().minus(Age.of(since, spec)), this::isAskedFor);
    output.print(RefusalJson.of(records, false), () -> lines(records));
    return records.isEmpty() ? 1 : 0;
  }

  private static List<String> lines(List<MessageRefused> records) {
    List<String> lines = new ArrayList<>();
    for (MessageRefused refused : records) {
      boolean counts = refused.getFromMillis() > 0;
      lines.add(
          "%s  %s  %s"
              .formatted(
                  Instant.ofEpochMilli(counts ? refused.getUntilMillis() : refused.getAtMillis()),
                  refused.getReference().isEmpty() ? "-" : refused.getReference(),
                  counts
                      ? refused.getCount() + " more times"
                      : "%s <%s> to <%s>: %d %s %s"
                          .formatted(
                              refused.getSession().getClientIp(),
                              refused.getReversePath(),
                              refused.getRecipient(),
                              refused.getCode(),
                              refused.getEnhancedCode(),
                              refused.getText())));
    }
    if (records.size() == RefusalLookup.MOST) {
      lines.add("… the newest " + RefusalLookup.MOST + "; name an address or a domain");
    }
    return lines;
  }

  private List<MessageRefused> find(Instant from, Predicate<MessageRefused> matches)
      throws Exception {
    return RefusalLookup.find(connection.installation().kafka(), from, matches);
  }

  private boolean isAskedFor(MessageRefused refused) {
    return (ip == null
            || refused.getSession().getClientIp().equals(ip)
            || refused.getSession().getTrueSource().getIp().equals(ip))
        && (domain == null
            || isIn(refused.getReversePath(), domain)
            || isIn(refused.getRecipient(), domain));
  }

  private static boolean isIn(String address, String domain) {
    return address.toLowerCase(Locale.ROOT).endsWith("@" + domain.toLowerCase(Locale.ROOT));
  }
}
