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
          get:
            parameters: [{ name: limit, required: false, schema: { type: integer } }]
            responses:
              "200": { content: { application/json: { schema: { $ref: "#/components/schemas/Thing" } } } }
              "404": { description: No such thing }
          post:
            parameters: []
            requestBody: { required: false, content: { application/json: { schema: { type: object } } } }
      components:
        schemas:
          Thing:
            required: [name]
            properties:
              name: { type: string }
              size: { type: integer }
              raw: { type: string, format: binary }
              parts: { type: array, items: { type: string } }
              colour: { type: string, enum: [red, blue] }
      """;

  @ParameterizedTest(name = "{2}")
  @CsvSource(
      delimiter = '|',
      nullValues = "none",
      textBlock =
          """
          get:             | put:              | GET /things is gone: its callers get 404 or 405
          required: false, schema | required: true, schema | GET /things needs limit now: its callers get 400
          name: limit      | name: most        | GET /things takes limit no longer: callers that send it are not obeyed
          schema: { type: integer } | schema: { type: string } | GET /things limit was integer and is string: clients read or send the former
          '"404"'          | '"410"'           | GET /things answers 404 no longer: callers that handle it fail
          '"200": { content: { application/json' | '"200": { content: { text/csv' | GET /things answers 200 with application/json no longer: clients cannot read or write the other
          schemas/Thing    | schemas/Object    | GET /things answers 200 with application/json was Thing and is Object: clients read or send the former
          requestBody: { required: false | requestBody: { required: true | POST /things needs a body now: its callers get 400
          size: { type: integer } | weight: { type: integer } | Thing.size is gone: clients that read it find nothing, one that sends it is not obeyed
          size: { type: integer } | size: { type: string } | Thing.size was integer and is string: clients read or send the former
          items: { type: string } | items: { type: integer } | Thing.parts was array of string and is array of integer: clients read or send the former
          '[red, blue]'    | '[red]'           | Thing.colour is blue no longer: clients that send it get 400
          '[name]'         | '[name, size]'    | Thing.size is required now: clients that do not send it get 400
          'Thing:'         | 'Object:'         | the schema Thing is gone: clients that were made from it fail
          'parameters: []' | 'parameters: [{ name: a, required: false }]' | none
          '[red, blue]'    | '[red, blue, green]' | none
          'raw: { type: string, format: binary }' | 'raw: { type: object }' | none
          """)
  void aChangeThatBreaksAClientIsNamed(String from, String to, String expected) throws Exception {
    assertThat(BEFORE).contains(from);
    YAMLMapper yaml = new YAMLMapper();
    JsonNode before = yaml.readTree(BEFORE);

    assertThat(ApiDescription.breaks(before, before)).isEmpty();
    if (expected == null) {
      assertThat(ApiDescription.breaks(before, yaml.readTree(BEFORE.replace(from, to)))).isEmpty();
    } else {
      assertThat(ApiDescription.breaks(before, yaml.readTree(BEFORE.replace(from, to))))
          .containsExactly(expected);
    }
  }
}
