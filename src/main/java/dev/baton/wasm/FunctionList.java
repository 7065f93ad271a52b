package dev.baton.wasm;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** What a program's {@code /functions.json} says: {@code [{"name", "path", "sha256"}]}, each a string. Other members are passed over. */
record FunctionList(List<Entry> entries) {
    static final int BYTES_MAX = 1 << 20;

    private static final int FUNCTIONS_MAX = 256;
    private static final int HASH_DIGITS = 64;
    /** Beside letters and digits: RFC 3986, section 3.3, without what could begin a query, a fragment or another host. */
    private static final String PATH_CHARACTERS = "/-._~!$&'()*+,;=:@%";

    /**
     * One module.
     *
     * @param name the function's
     * @param path where it is, from the root
     * @param sha256 of its bytes, 64 lower-case hexadecimal digits
     */
    record Entry(String name, String path, String sha256) {}

    /** @throws LoadException saying what is wrong, without quoting more of it than a name */
    static FunctionList parse(byte[] json) throws LoadException {
        List<Entry> entries = new ArrayList<>();
        Set<String> names = new HashSet<>();
        try (JsonParser in = new JsonFactory().createParser(ObjectReadContext.empty(), json)) {
            if (in.nextToken() != JsonToken.START_ARRAY) {
                throw new LoadException("functions.json is not an array");
            }
            while (in.nextToken() == JsonToken.START_OBJECT) {
                Entry entry = entry(in);
                if (entries.size() == FUNCTIONS_MAX) {
                    throw new LoadException("functions.json names more than " + FUNCTIONS_MAX + " functions");
                }
                if (!names.add(entry.name())) {
                    throw new LoadException("functions.json names a function twice");
                }
                entries.add(entry);
            }
            if (in.currentToken() != JsonToken.END_ARRAY || in.nextToken() != null) {
                throw new LoadException("functions.json is not one array of objects");
            }
        } catch (JacksonException e) {
            throw new LoadException("functions.json is not JSON");
        }
        if (entries.isEmpty()) {
            throw new LoadException("functions.json names no function");
        }
        return new FunctionList(List.copyOf(entries));
    }

    private static Entry entry(JsonParser in) throws LoadException {
        String name = "";
        String path = "";
        String sha256 = "";
        while (in.nextToken() == JsonToken.PROPERTY_NAME) {
            String member = in.currentName();
            boolean text = in.nextToken() == JsonToken.VALUE_STRING;
            String value = text ? in.getString() : "";
            switch (member) {
                case "name" -> name = value;
                case "path" -> path = value;
                case "sha256" -> sha256 = value.toLowerCase(Locale.ROOT);
                default -> in.skipChildren();
            }
        }
        if (in.currentToken() != JsonToken.END_OBJECT) {
            throw new LoadException("functions.json has a member of a function that is not a string");
        }
        if (!FunctionLoader.isName(name)) {
            throw new LoadException("functions.json gives a function no name that one may have");
        }
        if (!isPath(path)) {
            throw new LoadException("functions.json gives " + name + " no path from the root, such as /f.wasm");
        }
        if (!isHash(sha256)) {
            throw new LoadException("functions.json gives " + name + " no sha256 of " + HASH_DIGITS + " digits");
        }
        return new Entry(name, path, sha256);
    }

    private static boolean isPath(String path) {
        if (!path.startsWith("/") || path.startsWith("//") || path.length() > 1000) {
            return false;
        }
        for (int i = 0; i < path.length(); i++) {
            if (!isLetterOrDigit(path.charAt(i)) && PATH_CHARACTERS.indexOf(path.charAt(i)) < 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean isHash(String text) {
        boolean good = text.length() == HASH_DIGITS;
        for (int i = 0; good && i < HASH_DIGITS; i++) {
            good = "0123456789abcdef".indexOf(text.charAt(i)) >= 0;
        }
        return good;
    }

    private static boolean isLetterOrDigit(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }
}
