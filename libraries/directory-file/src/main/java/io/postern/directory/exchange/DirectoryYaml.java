package io.postern.directory.exchange;

import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

/** An organization as the text of a directory file. Pure; any thread. */
public final class DirectoryYaml {
  private DirectoryYaml() {}

  /**
   * @param organization in the spelling of a directory file
   */
  public static String yaml(Map<String, Object> organization) {
    return new Dump(
            DumpSettings.builder()
                .setDefaultFlowStyle(FlowStyle.BLOCK)
                .setDereferenceAliases(true)
                .build())
        .dumpToString(Map.of("organizations", List.of(organization)));
  }
}
