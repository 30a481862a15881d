/** Tests of the pages' parts; the pages themselves are tried in a browser by end-to-end-tests. */
@NullMarked
package io.postern.console.web;

import org.jspecify.annotations.NullMarked;
