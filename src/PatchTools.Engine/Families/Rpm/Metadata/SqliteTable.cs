using System.Text;

namespace PatchTools.Families.Rpm.Metadata;

/// <summary>A table of an SQLite database as its schema has it.</summary>
/// <param name="Root">Number of its first page.</param>
/// <param name="Sql">The statement that created it.</param>
internal sealed record SqliteTable(long Root, string Sql)
{
    private static readonly HashSet<string> s_constraints = new(StringComparer.OrdinalIgnoreCase)
    {
        "CONSTRAINT",
        "PRIMARY",
        "UNIQUE",
        "CHECK",
        "FOREIGN",
    };

    /// <param name="table">Its name, for messages.</param>
    /// <param name="columns">Names of columns.</param>
    /// <exception cref="InvalidDataException">It lacks one of them, or its rows lie otherwise.</exception>
    public SqliteRowReader ReaderOf(string table, IReadOnlyList<string> columns)
    {
        var known = Columns();
        var positions = columns.Select(name =>
            known.FindIndex(c => c.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is var position and >= 0
                ? position
                : throw new InvalidDataException($"table {table} has no column {name}")
        );
        return new SqliteRowReader([.. positions], known.FindIndex(c => c.IsRowId));
    }

    // CREATE TABLE packages (  pkgKey INTEGER PRIMARY KEY,  pkgId TEXT,  name TEXT, …)
    private List<(string Name, bool IsRowId)> Columns()
    {
        List<(string, bool)> columns = [];
        var (definitions, after) = Definitions();
        if (after.Contains("WITHOUT", StringComparison.OrdinalIgnoreCase))
            throw new InvalidDataException("its tables are without row ids");
        foreach (var words in definitions.Select(Words).Where(w => w.Count > 0))
        {
            if (words[0] is not ['"' or '`' or '[' or '\'', ..] && s_constraints.Contains(words[0]))
                continue;
            var isKey =
                words.Count >= 4
                && words[1].Equals("INTEGER", StringComparison.OrdinalIgnoreCase)
                && words[2].Equals("PRIMARY", StringComparison.OrdinalIgnoreCase)
                && words[3].Equals("KEY", StringComparison.OrdinalIgnoreCase)
                && !(words.Count > 4 && words[4].Equals("DESC", StringComparison.OrdinalIgnoreCase));
            columns.Add((words[0].Trim('"', '`', '[', ']', '\''), isKey));
        }

        return columns;
    }

    /// <summary>What stands between the parentheses, parted at commas, and what comes after them.</summary>
    private (List<string> Definitions, string After) Definitions()
    {
        List<string> definitions = [];
        var present = new StringBuilder();
        var depth = 0;
        char? quote = null;
        for (var i = 0; i < Sql.Length; i++)
        {
            var c = Sql[i];
            if (quote is not null)
                quote = c == quote ? null : quote;
            else if (c is '"' or '`' or '\'' or '[')
                quote = c == '[' ? ']' : c;
            else if (c == '(' && ++depth == 1)
                continue;
            else if (c == ')' && --depth == 0)
                return ([.. definitions, present.ToString()], Sql[(i + 1)..]);
            else if (c == ',' && depth == 1)
            {
                definitions.Add(present.ToString());
                present.Clear();
                continue;
            }

            if (depth > 0)
                present.Append(c);
        }

        throw new InvalidDataException("its schema is not a list of columns");
    }

    /// <summary>Words, a quoted name as one.</summary>
    private static List<string> Words(string definition)
    {
        List<string> words = [];
        var rest = definition.AsSpan().Trim();
        while (!rest.IsEmpty)
        {
            var end = rest[0] is '"' or '`' or '[' or '\'' ? rest[1..].IndexOf(rest[0] == '[' ? ']' : rest[0]) + 2 : 0;
            if (end <= 1)
                end = rest.IndexOfAny(" \t\r\n(") is var found and > 0 ? found : rest.Length;
            words.Add(rest[..end].ToString());
            rest = rest[end..].TrimStart();
        }

        return words;
    }
}
