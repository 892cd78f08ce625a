namespace PatchTools.Evaluation;

/// <summary>
/// What the baseline or the override list says of packages that nobody asked for and a transaction would bring along
/// (reference 09 §7.2, 10 §9).
/// </summary>
internal interface IDependencyPolicy
{
    /// <summary>Null: it may come along; else which entry refuses it, for people.</summary>
    string? RefusalOf(string name, string architecture, string edition);
}
