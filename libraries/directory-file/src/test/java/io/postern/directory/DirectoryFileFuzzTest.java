package io.postern.directory;

import io.postern.fuzzing.FuzzTest;
import java.nio.charset.StandardCharsets;

/**
 * A directory file, or a part of one, is objects, or problems with a line of the file and a cure.
 */
final class DirectoryFileFuzzTest extends FuzzTest {
  DirectoryFileFuzzTest() {
    super(
        "organizations:\n",
        "  - id: ",
        "acceptedDomains:",
        "inboundConnectors:",
        "outboundConnectors:",
        "- ",
        ": ",
        "\n",
        "  ",
        "{",
        "}",
        "[",
        "]",
        "&a ",
        "*a",
        "!!int ",
        "|",
        ">",
        "'",
        "\"",
        "#",
        "? ",
        "---\n",
        "...\n",
        "%YAML 1.1\n",
        "<<: ",
        "true",
        "null",
        "0x1F",
        "1e9",
        "-1",
        "\t",
        "ü",
        "\u0000",
        "\ufeff",
        "\u2028");
  }

  @Override
  protected int inputs() {
    return 8_000;
  }

  @Override
  protected int longInputs() {
    return 300;
  }

  @Override
  protected void take(byte[] input) {
    DirectoryFile file = DirectoryFile.parse(input);
    holds(file.problems().size() <= Problems.MOST, "problems are bounded");
    // YAML has line ends that are none to an editor, so a line is at most as far as all of them.
    int lines =
        2
            + (int)
                new String(input, StandardCharsets.UTF_8)
                    .chars()
                    .filter(DirectoryFileFuzzTest::endsLine)
                    .count();
    for (FileProblem problem : file.problems()) {
      holds(
          !problem.problem().isEmpty() && !problem.cure().isEmpty(),
          "each problem has a cure: " + problem);
      holds(problem.line() <= lines, "each problem is in the file: " + problem);
    }
    holds(
        !file.problems().isEmpty() || !file.organizations().isEmpty(),
        "a good file speaks for somebody");
    DirectoryFile some = DirectoryFile.lists(input, "contoso");
    holds(some.problems().size() <= Problems.MOST, "problems of objects are bounded");
    holds(!some.problems().isEmpty() || !some.objects().isEmpty(), "good objects are some");
    same(file.objects(), DirectoryFile.parse(input).objects(), "a file is read the same way twice");
  }

  private static boolean endsLine(int c) {
    return c == '\n' || c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029;
  }
}
