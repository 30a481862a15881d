package io.postern.lab.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ApiDescriptionTest {
  private static final String BEFORE =
      """
      paths:
        /things:
          get: { parameters: [{ name: limit, required: false }] }
          post: { parameters: [] }
      components:
        schemas:
          Thing:
            required: [name]
            properties: { name: { type: string }, size: { type: integer } }
      """;

  @ParameterizedTest(name = "{2}")
  @CsvSource(
      delimiter = '|',
      nullValues = "none",
      textBlock =
          """
          get: {           | put: {            | breaking: GET /things is gone
          required: false  | required: true    | breaking: GET /things needs limit now
          size: { type: integer } | weight: { type: integer } | breaking: Thing.size is gone
          type: integer    | type: string      | breaking: Thing.size has another type
          '[name]'         | '[name, size]'    | breaking: Thing.size is required now
          'Thing:'         | 'Object:'         | breaking: the schema Thing is gone
          'parameters: []' | 'parameters: [{ name: a, required: false }]' | none
          """)
  void aChangeThatBreaksAClientIsNamed(String from, String to, String expected) throws Exception {
    assertThat(BEFORE).contains(from);
    YAMLMapper yaml = new YAMLMapper();
    JsonNode before = yaml.readTree(BEFORE);

    assertThat(ApiDescription.breaking(before, before)).isEmpty();
    if (expected == null) {
      assertThat(ApiDescription.breaking(before, yaml.readTree(BEFORE.replace(from, to))))
          .isEmpty();
    } else {
      assertThat(ApiDescription.breaking(before, yaml.readTree(BEFORE.replace(from, to))))
          .containsExactly(expected);
    }
  }
}
