using System.Text;
using PatchTools.Text;

namespace PatchTools;

/// <summary>
/// What PatchTools hands out. In words (<c>"$finding"</c>, a table of objects) it is its members, as a terminal may
/// show them: a name of others in it moves no cursor.
/// </summary>
public abstract record ShownRecord
{
    /// <summary>On one line.</summary>
    public sealed override string ToString()
    {
        var text = new StringBuilder(GetType().Name).Append(" { ");
        if (PrintMembers(text))
            text.Append(' ');
        return TerminalText.Cell(text.Append('}').ToString());
    }
}
