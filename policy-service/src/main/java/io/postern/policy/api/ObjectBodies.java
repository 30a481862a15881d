package io.postern.policy.api;

import io.postern.directory.ObjectKind;
import io.postern.directory.ObjectSchema;
import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem;
import org.eclipse.microprofile.openapi.models.media.Content;
import org.eclipse.microprofile.openapi.models.media.MediaType;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.media.Schema.SchemaType;

/**
 * The bodies of directory objects in the API's description, by the tables of their fields, so that
 * a client can be generated. Stateless.
 */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public class ObjectBodies implements OASFilter {
  private static final String ORGANIZATION = "/api/v1/organizations/{organization}";
  private static final String OBJECT = ORGANIZATION + "/{kind}/{name}";

  @Override
  public void filterOpenAPI(OpenAPI api) {
    for (ObjectKind kind : ObjectKind.values()) {
      api.getComponents().addSchema(name(kind), schema(ObjectSchema.of(kind)));
    }
    Schema organization = reference(ObjectKind.ORGANIZATION);
    bodies(api, ORGANIZATION, organization, organization);
    List<Schema> objects = new ArrayList<>();
    for (ObjectKind kind : ObjectKind.values()) {
      if (kind != ObjectKind.ORGANIZATION) {
        objects.add(reference(kind));
      }
    }
    Schema object = OASFactory.createSchema().anyOf(objects);
    Schema shown = OASFactory.createSchema().anyOf(objects).addAnyOf(reference("Item"));
    bodies(api, OBJECT, object, shown);
  }

  private static String name(ObjectKind kind) {
    return kind.fields().message().getName();
  }

  private static Schema reference(ObjectKind kind) {
    return reference(name(kind));
  }

  private static Schema reference(String name) {
    return OASFactory.createSchema().ref(name);
  }

  /**
   * @param taken by PUT
   * @param shown by GET
   */
  private static void bodies(OpenAPI api, String path, Schema taken, Schema shown) {
    PathItem item = api.getPaths().getPathItem(path);
    if (item == null) {
      throw new IllegalStateException("no path " + path);
    }
    typed(item.getPUT().getRequestBody().getContent(), taken);
    Operation get = item.getGET();
    get.getResponses()
        .getAPIResponse("200")
        .setContent(
            OASFactory.createContent()
                .addMediaType("application/json", OASFactory.createMediaType().schema(shown)));
  }

  private static void typed(Content content, Schema body) {
    for (MediaType type : content.getMediaTypes().values()) {
      type.setSchema(body);
    }
  }

  private static Schema schema(Map<?, ?> json) {
    Schema schema = OASFactory.createSchema();
    json.forEach((key, value) -> set(schema, String.valueOf(key), value));
    return schema;
  }

  private static void set(Schema schema, String key, Object value) {
    switch (key) {
      case "type" -> schema.addType(SchemaType.valueOf(text(value).toUpperCase(Locale.ROOT)));
      case "description" -> schema.setDescription(text(value));
      case "minimum" -> schema.setMinimum(new BigDecimal(text(value)));
      case "maximum" -> schema.setMaximum(new BigDecimal(text(value)));
      case "maxLength" -> schema.setMaxLength(Integer.valueOf(text(value)));
      case "maxItems" -> schema.setMaxItems(Integer.valueOf(text(value)));
      case "const" -> schema.setConstValue(value);
      case "enum" -> ((List<?>) value).forEach(schema::addEnumeration);
      case "required" -> ((List<?>) value).forEach(name -> schema.addRequired(text(name)));
      case "items" -> schema.setItems(schema((Map<?, ?>) value));
      case "additionalProperties" -> schema.setAdditionalPropertiesBoolean((Boolean) value);
      case "properties" ->
          ((Map<?, ?>) value)
              .forEach((name, each) -> schema.addProperty(text(name), schema((Map<?, ?>) each)));
      default -> throw new IllegalArgumentException("no such word in a description: " + key);
    }
  }

  private static String text(Object value) {
    return String.valueOf(value);
  }
}
