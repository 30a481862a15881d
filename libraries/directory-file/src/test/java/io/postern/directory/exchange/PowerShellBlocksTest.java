package io.postern.directory.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * PowerShell in pages and screens. Each block is marked (```powershell, {@code <code
 * class="powershell">}), so that it is found; tools/check-powershell reads them all by a grammar.
 * The syntax error that a list of cmdlets makes is found here, without npm.
 */
class PowerShellBlocksTest {
  private static final Path ROOT = Path.of("../..");
  private static final Path TEMPLATES =
      ROOT.resolve("console-service/src/main/resources/templates");
  private static final String CMDLET =
      "(Add|Connect|Disable|Enable|Get|New|Remove|Set|Start|Test)-[A-Z][A-Za-z0-9]+";
  private static final Pattern BEGINS =
      Pattern.compile("\\s*(& *\\{ *)?" + CMDLET + "([\\s,|].*)?");
  private static final Pattern LIST =
      Pattern.compile("(^|[|;{(=])\\s*" + CMDLET + "\\s*,", Pattern.MULTILINE);
  private static final Pattern MARKED =
      Pattern.compile("<code class=\"powershell\">(.*?)</code>", Pattern.DOTALL);

  private final Map<String, String> blocks = new TreeMap<>();
  private final List<String> unmarked = new ArrayList<>();

  private static List<Path> files(Path folder, String suffix) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
    }
  }

  private static String name(Path file, int line) {
    return ROOT.relativize(file).toString().replace('/', '_') + "_" + line;
  }

  private void page(Path file) throws IOException {
    String language = null; // of the block that the line is in
    StringBuilder block = new StringBuilder();
    int number = 0;
    for (String line : Files.readAllLines(file)) {
      number++;
      if (line.strip().startsWith("```")) {
        if ("powershell".equals(language)) {
          blocks.put(name(file, number), block.toString().stripIndent());
          block.setLength(0);
        }
        language = language == null ? line.strip().substring(3) : null;
      } else if ("powershell".equals(language)) {
        block.append(line).append('\n');
      } else if ((language != null || line.startsWith("    ")) && BEGINS.matcher(line).matches()) {
        unmarked.add(file + ":" + number);
      }
    }
  }

  private void template(Path file) throws IOException {
    String text = Files.readString(file);
    Matcher marked = MARKED.matcher(text);
    while (marked.find()) {
      blocks.put(
          name(file, (int) text.substring(0, marked.start()).lines().count()),
          marked.group(1).replace("\\{", "{") + "\n");
    }
    if (Pattern.compile(CMDLET).matcher(marked.replaceAll("")).find()) {
      unmarked.add(file.toString());
    }
  }

  @Test
  void eachBlockIsMarkedAndHasNoListOfCmdlets() throws Exception {
    for (Path page : files(ROOT.resolve("docs"), ".md")) {
      page(page);
    }
    for (Path template : files(TEMPLATES, ".html")) {
      template(template);
    }
    assertThat(unmarked).as("mark it: ```powershell, or <code class=\"powershell\">").isEmpty();
    assertThat(blocks.keySet())
        .anySatisfy(name -> assertThat(name).startsWith("docs_"))
        .anySatisfy(name -> assertThat(name).contains("importExchange"));
    assertThat(blocks.entrySet())
        .allSatisfy(block -> assertThat(isList(block.getValue())).as(block.getKey()).isFalse());

    // For tools/check-powershell.
    Path folder = Files.createDirectories(Path.of("target/powershell-blocks"));
    for (Path old : files(folder, ".ps1")) {
      Files.delete(old);
    }
    for (Map.Entry<String, String> block : blocks.entrySet()) {
      Files.writeString(folder.resolve(block.getKey() + ".ps1"), block.getValue());
    }
  }

  private static boolean isList(String block) {
    return LIST.matcher(block).find();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      value = {
        "Get-AcceptedDomain, Get-InboundConnector | ConvertTo-Json ! true",
        "'Connect-ExchangeOnline\nGet-AcceptedDomain, Get-InboundConnector | ForEach-Object { & $_ }' ! true",
        "$all = Get-AcceptedDomain, Get-InboundConnector ! true",
        "& { Get-AcceptedDomain; Get-InboundConnector } | ConvertTo-Json ! false",
        "New-InboundConnector -SenderDomains 'a.example', 'b.example' ! false",
        "Get-Command Get-AcceptedDomain, Get-InboundConnector ! false",
      })
  void aListOfCmdletsIsFound(String block, boolean isOne) {
    assertThat(isList(block)).isEqualTo(isOne);
  }
}
