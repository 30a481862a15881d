package io.postern.e2e.pages;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.e2e.Project;
import io.postern.e2e.pages.SettingsSource.Mapping;
import io.postern.operator.Main;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The parts of pages that are made from the code are as the code has it. {@code
 * -Dreference.renew=true} writes them anew ({@code make reference}).
 */
class ReferencePagesTest {
  private final List<Mapping> settings = SettingsSource.in(Project.mainSources());

  @Test
  void eachMadePartIsAsTheCodeHasIt() throws IOException {
    List<String> behind = new ArrayList<>();
    for (Path page : Pages.all()) {
      String text = Project.read(page);
      String renewed = MadeParts.renewed(text, (kind, name) -> made(kind, name, page));
      if (!renewed.equals(text)) {
        if (Boolean.getBoolean("reference.renew")) {
          Files.writeString(page, renewed);
        } else {
          behind.add(Project.root().relativize(page).toString());
        }
      }
    }
    assertThat(behind).as("pages that are behind the code: make reference").isEmpty();
  }

  @Test
  void eachSettingIsOnOnePage() {
    List<String> made =
        names("settings").stream().flatMap(part -> in(part).stream()).map(Mapping::name).toList();
    assertThat(made)
        .containsExactlyInAnyOrderElementsOf(settings.stream().map(Mapping::name).toList());
  }

  @Test
  void eachApiAndAllOtherTablesAreOnAPage() {
    assertThat(names("api")).containsExactlyInAnyOrderElementsOf(ApiTables.names());
    assertThat(names("decisions")).hasSize(1);
    assertThat(names("commands")).hasSize(1);
    assertThat(names("modules")).hasSize(1);
    assertThat(names("bounds")).containsExactlyInAnyOrder("", "ingress");
    assertThat(names("fields")).containsExactlyInAnyOrderElementsOf(FieldTexts.names());
    assertThat(names("refused")).hasSize(1);
    assertThat(names("exchange")).hasSize(1);
  }

  @Test
  void eachDecisionHasTheNumberOfItsFile() {
    assertThat(DecisionIndex.pages())
        .allSatisfy(
            page ->
                assertThat(Project.read(page))
                    .startsWith("# " + DecisionIndex.number(page) + ". "));
  }

  @Test
  void eachSettingSaysWhatItDoes() {
    assertThat(
            settings.stream()
                .flatMap(mapping -> mapping.settings().stream())
                .filter(setting -> setting.effect().isEmpty())
                .map(SettingsSource.Setting::key))
        .isEmpty();
  }

  private String made(String kind, String name, Path page) {
    return switch (kind) {
      case "settings" -> SettingsTables.of(in(name), page);
      case "commands" -> CommandTables.of(Main.line(), Main.GROUPS, page);
      case "api" -> ApiTables.of(name);
      case "fields" -> FieldTexts.fields(name);
      case "refused" -> FieldTexts.refused(name);
      case "exchange" -> FieldTexts.exchange();
      case "decisions" -> DecisionIndex.table();
      case "modules" -> ModulesTable.table();
      case "bounds" -> name.isEmpty() ? BoundsTable.table() : SourceBoundsTable.table();
      default -> throw new IllegalArgumentException(page + " has a part of no kind: " + kind);
    };
  }

  /** Those of a module, or of one interface: {@code MODULE/INTERFACE}. */
  private List<Mapping> in(String part) {
    return settings.stream()
        .filter(mapping -> (mapping.name() + "/").startsWith(part + "/"))
        .toList();
  }

  private static List<String> names(String kind) {
    return Pages.all().stream()
        .flatMap(page -> MadeParts.names(Project.read(page), kind).stream())
        .toList();
  }
}
