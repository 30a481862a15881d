package io.postern.console.web.peers;

import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.context.RequestScoped;

/** The {@link PageCalls} of the current request. One request, one thread. */
@RequestScoped
public class RequestCalls {
  /** The parameter that asks for a page's data: {@code as=json}. */
  public static final String FORM = "as";

  private final PageCalls calls;

  RequestCalls(HttpServerRequest request) {
    boolean json = "GET".equals(request.method().name()) && "json".equals(request.getParam(FORM));
    this.calls = new PageCalls(PageCalls.TOGETHER, PageCalls.ALONE, json);
  }

  /** For all threads that work for this request. */
  public PageCalls calls() {
    return calls;
  }
}
