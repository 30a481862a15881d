package io.postern.operator.commands;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** How far back a list of refusals goes. Stateless. */
final class Age {
  /** The life of records in mail.refusals. */
  static final Duration KEPT = Duration.ofDays(7);

  private static final Pattern AGE = Pattern.compile("([1-9][0-9]{0,4})([mhd])");

  private Age() {}

  /** An age such as 30m, 12h or 3d, at most {@link #KEPT}; another text is a wrong option. */
  static Duration of(String since, CommandSpec command) {
    Matcher matcher = AGE.matcher(since);
    if (!matcher.matches()) {
      throw new CommandLine.ParameterException(
          command.commandLine(),
          "--since: \"" + since + "\" is not a valid age; use 30m, 12h or 3d");
    }
    long number = Long.parseLong(matcher.group(1));
    Duration age =
        switch (matcher.group(2)) {
          case "m" -> Duration.ofMinutes(number);
          case "h" -> Duration.ofHours(number);
          default -> Duration.ofDays(number);
        };
    return age.compareTo(KEPT) > 0 ? KEPT : age;
  }
}
