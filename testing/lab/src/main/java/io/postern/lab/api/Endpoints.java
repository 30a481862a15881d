package io.postern.lab.api;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The endpoints of resource classes, {@code METHOD PATH}, as their annotations say. These are read
 * by name: the laboratory is used without Jakarta REST too.
 */
final class Endpoints {
  private static final String PATH = "jakarta.ws.rs.Path";
  private static final List<String> METHODS = List.of("GET", "PUT", "POST", "DELETE", "PATCH");

  private Endpoints() {}

  static Set<String> of(Collection<Class<?>> classes) {
    Set<String> endpoints = new TreeSet<>();
    for (Class<?> type : classes) {
      path(type.getAnnotations())
          .ifPresent(
              base -> {
                for (Method method : type.getMethods()) {
                  verb(method)
                      .ifPresent(
                          verb ->
                              endpoints.add(
                                  verb
                                      + " "
                                      + joined(base, path(method.getAnnotations()).orElse(""))));
                }
              });
    }
    return endpoints;
  }

  private static Optional<String> verb(Method method) {
    return METHODS.stream()
        .filter(
            verb ->
                Arrays.stream(method.getAnnotations())
                    .anyMatch(one -> name(one).equals("jakarta.ws.rs." + verb)))
        .findFirst();
  }

  private static Optional<String> path(Annotation[] annotations) {
    return Arrays.stream(annotations)
        .filter(one -> name(one).equals(PATH))
        .map(Endpoints::value)
        .findFirst();
  }

  private static String name(Annotation annotation) {
    return annotation.annotationType().getName();
  }

  private static String value(Annotation path) {
    try {
      return (String) path.annotationType().getMethod("value").invoke(path);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** One slash between, none at the end, and parameters without their patterns. */
  private static String joined(String base, String path) {
    String whole = ("/" + base + "/" + path).replaceAll("\\{(\\w+)\\s*:[^}]*}", "{$1}");
    String one = whole.replaceAll("/+", "/");
    return one.length() > 1 && one.endsWith("/") ? one.substring(0, one.length() - 1) : one;
  }
}
