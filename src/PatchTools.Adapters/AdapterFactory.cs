namespace PatchTools.Adapters;
