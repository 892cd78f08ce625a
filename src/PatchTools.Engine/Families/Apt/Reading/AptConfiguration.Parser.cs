using System.Text;

namespace PatchTools.Families.Apt.Reading;

/// <content>The text of one file, statement by statement.</content>
internal sealed partial class AptConfiguration
{
    /// <summary>
    /// The grammar of apt.conf(5): statements end at <c>;</c>, blocks nest, <c>//</c>, <c>#</c> and <c>/* */</c> begin
    /// comments outside of quotes.
    /// </summary>
    private sealed class Parser(AptConfiguration configuration, string path, int depth)
    {
        private const int MaxNesting = 100;
        private readonly Stack<string> _scopes = new();
        private string _scope = "";
        private bool _isIndex;

        public int Line { get; private set; }

        public string? Run(string text)
        {
            var pending = "";
            var inComment = false;
            foreach (var raw in text.Split('\n'))
            {
                Line++;
                var line = WithoutComments(raw.Replace('\t', ' ').Trim(), ref inComment);
                var start = 0;
                var inQuote = false;
                for (var i = 0; i < line.Length; i++)
                {
                    if (line[i] == '"')
                        inQuote = !inQuote;
                    if (inQuote || line[i] is not ('{' or ';' or '}'))
                        continue;
                    pending = Join(pending, line[start..i].Trim());
                    start = i + 1;
                    if (Statement(pending, line[i]) is { } fault)
                        return fault;
                    if (_isIndex)
                        return null;
                    pending = "";
                }

                pending = Join(pending, line[start..].Trim());
            }

            return pending.Length > 0 ? "extra junk at end of file" : null;
        }

        private static string Join(string left, string right) =>
            left.Length > 0 && right.Length > 0 ? $"{left} {right}" : left + right;

        private static string WithoutComments(string line, ref bool inComment)
        {
            var kept = new StringBuilder(line.Length);
            var inQuote = false;
            for (var i = 0; i < line.Length; i++)
            {
                var rest = line.AsSpan(i);
                if (inComment)
                {
                    if (rest.StartsWith("*/", StringComparison.Ordinal))
                    {
                        inComment = false;
                        i++;
                    }

                    continue;
                }

                if (line[i] == '"')
                    inQuote = !inQuote;
                if (
                    !inQuote
                    && (rest.StartsWith("//", StringComparison.Ordinal) || (line[i] == '#' && !IsDirective(rest)))
                )
                    break;
                if (!inQuote && rest.StartsWith("/*", StringComparison.Ordinal))
                {
                    inComment = true;
                    i++;
                    continue;
                }

                kept.Append(line[i]);
            }

            return kept.ToString().Trim();
        }

        private static bool IsDirective(ReadOnlySpan<char> rest) =>
            rest.StartsWith("#clear", StringComparison.Ordinal)
            || rest.StartsWith("#include", StringComparison.Ordinal)
            || rest.StartsWith("#x-apt-configure-index", StringComparison.Ordinal);

        private string? Statement(string statement, char end)
        {
            if (statement.Length == 0)
            {
                if (end == '{')
                    return "block starts with no name";
                if (end == '}')
                    Leave();
                return null;
            }

            var at = 0;
            if (AptWords.Next(statement, ref at) is not { } first)
                return "malformed statement";
            string? second = null;
            if (AptWords.SkipBlanks(statement, ref at))
            {
                second = AptWords.Quoted(statement[at..]);
                if (second is null)
                {
                    second = AptWords.Next(statement, ref at);
                    if (second is null)
                        return "malformed statement";
                    if (at < statement.Length)
                        return "extra junk after value";
                }
            }

            if (first.StartsWith('#'))
                return Directive(first, second);
            var (tag, word) = second is not null || end == '{' ? (first, second) : ("", first);
            if (end == '{')
            {
                if (_scopes.Count == MaxNesting)
                    return "too many nested blocks";
                _scopes.Push(_scope);
                _scope = _scope.Length == 0 ? tag : $"{_scope}::{tag}";
                if (word is not null)
                    configuration.Create(_scope).Value = word;
                return null;
            }

            // A lone word in a block is an element of the block's list.
            var name = _scope.Length == 0 ? tag : $"{_scope}::{tag}";
            if (name.Length > 0)
                configuration.Create(name).Value = word!;
            if (end == '}')
                Leave();
            return null;
        }

        private string? Directive(string name, string? argument)
        {
            if (_scope.Length > 0)
                return "directives can only be done at the top level";
            if (string.IsNullOrEmpty(argument))
                return $"{name} needs an argument";
            switch (name)
            {
                case "#clear":
                    configuration.Lookup(argument)?.Clear();
                    return null;
                case "#include":
                    return depth >= MaxIncludeDepth
                        ? $"too many nested includes in {path}"
                        : configuration.Include(argument, depth + 1);
                case "#x-apt-configure-index":
                    // A list of what settings there are, not settings.
                    _isIndex = true;
                    return null;
                default:
                    return $"the directive {name} is not known";
            }
        }

        private void Leave() => _scope = _scopes.TryPop(out var outer) ? outer : "";
    }
}
