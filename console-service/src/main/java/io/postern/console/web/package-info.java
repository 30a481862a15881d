/**
 * The console: pages for people, made by the API that programs have. One page a class, with its
 * template; {@link io.postern.console.web.frame.Frame} is what all pages have in common.
 */
@NullMarked
package io.postern.console.web;

import org.jspecify.annotations.NullMarked;
