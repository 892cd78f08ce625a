namespace PatchTools.Families.Apt.Reading;

/// <summary>
/// The words of a package's <c>Priority</c> as libapt has them (<c>debListParser::NewVersion</c>): it keeps a number,
/// not the text.
/// </summary>
internal static class AptPriority
{
    /// <summary>
    /// One of Debian's five words in lower case; <c>extra</c> for any other; empty where the stanza has none.
    /// </summary>
    /// <param name="written">The field's value without the blanks around it.</param>
    public static ReadOnlySpan<byte> Word(ReadOnlySpan<byte> written)
    {
        // Nearly every package of an archive is optional.
        if (written.IsEmpty || written.SequenceEqual("optional"u8))
            return written;
        if (Is(written, "required"u8))
            return "required"u8;
        if (Is(written, "important"u8))
            return "important"u8;
        if (Is(written, "standard"u8))
            return "standard"u8;
        return Is(written, "optional"u8) ? "optional"u8 : "extra"u8;
    }

    private static bool Is(ReadOnlySpan<byte> written, ReadOnlySpan<byte> word) =>
        System.Text.Ascii.EqualsIgnoreCase(written, word);
}
