package io.postern.console.web.frame;

/**
 * A link of several that show the same page differently.
 *
 * @param current the page is shown so now
 */
public record PageChoice(String label, String href, boolean current) {}
