namespace PatchTools.Model;

/// <summary>One entry of an install override list.</summary>
/// <param name="Id">Never empty.</param>
/// <param name="Title">Null: the id decides alone.</param>
/// <param name="Line">Where the entry begins, from 1.</param>
public sealed record OverrideEntry(string Id, string? Title, int Line);
