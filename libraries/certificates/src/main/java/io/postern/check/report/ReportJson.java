package io.postern.check.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import io.postern.contracts.Spelling;
import java.io.IOException;
import java.time.Instant;

/**
 * Reports for scripts: the records' fields in their order, whose names are only added to. A missing
 * value is left out.
 */
public final class ReportJson {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .addModule(
              new SimpleModule()
                  .addSerializer(Instant.class, ToStringSerializer.instance)
                  .addSerializer(Enum.class, new Hyphens()))
          .serializationInclusion(JsonInclude.Include.NON_NULL)
          .build();

  private ReportJson() {}

  public static ObjectNode of(Report report) {
    return JSON.valueToTree(report);
  }

  public static ObjectNode of(RootReport report) {
    return JSON.valueToTree(report);
  }

  @SuppressWarnings("rawtypes") // as Jackson has it
  private static final class Hyphens extends JsonSerializer<Enum> {
    @Override
    public void serialize(Enum value, JsonGenerator to, SerializerProvider provider)
        throws IOException {
      to.writeString(Spelling.hyphens(value));
    }
  }
}
